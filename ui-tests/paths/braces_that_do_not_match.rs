//! A brace that is never closed, and one that closes nothing.

use velithon::prelude::*;

#[get("/users/{id")]
async fn open(id: u64) -> String {
    id.to_string()
}

#[get("/users/id}")]
async fn closed(id: u64) -> String {
    id.to_string()
}

fn main() {}
