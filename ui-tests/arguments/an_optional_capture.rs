//! What a path captures is always there.

use velithon::prelude::*;

#[get("/users/{id}")]
async fn show(id: Option<u64>) -> String {
    format!("{id:?}")
}

fn main() {}
