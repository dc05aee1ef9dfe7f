//! The names of captures do not part two routes.

use velithon::prelude::*;

#[get("/users/{id}")]
async fn show(id: u64) -> String {
    id.to_string()
}

#[get("/users/{user_id}")]
async fn find(user_id: u64) -> String {
    user_id.to_string()
}

fn main() {}
