//! A body can be read once.

use velithon::prelude::*;

#[post("/users")]
async fn create(user: Json<String>, raw: axum::body::Bytes) -> String {
    format!("{user:?}{raw:?}")
}

#[put("/users")]
async fn replace(user: Json<String>, address: Valid<Json<u8>>) -> String {
    format!("{user:?}{address:?}")
}

fn main() {}
