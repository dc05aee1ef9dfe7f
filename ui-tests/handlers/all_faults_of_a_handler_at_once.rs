//! Mending one fault does not uncover the next.

use velithon::prelude::*;

#[post("/users/{id}", status = 404, tag = ["users"], body_limit = "10 megs")]
async fn create<T>(user_id: u64, limit: u32, #[header("x id")] key: T, a: Json<u8>, b: Json<u8>) -> String {
    let _ = (user_id, limit, key, a, b);
    String::new()
}

fn main() {}
