//! An argument has one value.

use velithon::prelude::*;

#[get("/users/{id}")]
async fn show(#[query] id: u64) -> String {
    id.to_string()
}

fn main() {}
