//! A `String` that nothing binds is the body, which a GET has not.

use velithon::prelude::*;

#[get("/users")]
async fn find(name: String) -> String {
    name
}

fn main() {}
