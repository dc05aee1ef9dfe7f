//! A record calls one function.

use velithon::prelude::*;

#[get("/users/{id}")]
async fn show<T: std::str::FromStr>(id: T) -> String {
    let _ = id;
    String::new()
}

fn main() {}
