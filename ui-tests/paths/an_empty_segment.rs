//! Whether `//` is one slash is not agreed upon.

use velithon::prelude::*;

#[get("/users//{id}")]
async fn show(id: u64) -> String {
    id.to_string()
}

fn main() {}
