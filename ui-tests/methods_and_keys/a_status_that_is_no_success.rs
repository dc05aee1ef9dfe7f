//! `status` is the reply of a handler that does not fail.

use velithon::prelude::*;

#[post("/users", status = 404)]
async fn error() {}

#[post("/posts", status = 2010)]
async fn number() {}

#[get("/posts/{id}", path_mismatch = 422)]
async fn mismatch(id: u8) {
    let _ = id;
}

fn main() {}
