//! Captures as other frameworks write them.

use velithon::prelude::*;

#[get("/users/:id")]
async fn colon(id: u64) -> String {
    id.to_string()
}

#[get("/users/<id>")]
async fn angles(id: u64) -> String {
    id.to_string()
}

fn main() {}
