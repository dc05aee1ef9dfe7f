//! An argument has one value.

use velithon::prelude::*;

#[get("/users/{id}/posts/{id}")]
async fn post(id: u64) -> String {
    id.to_string()
}

fn main() {}
