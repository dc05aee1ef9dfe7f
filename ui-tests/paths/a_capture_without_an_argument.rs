//! A capture that no argument of the handler is named after.

use velithon::prelude::*;

#[get("/users/{id}/posts")]
async fn posts() -> String {
    String::new()
}

fn main() {}
