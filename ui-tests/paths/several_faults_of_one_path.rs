//! All faults of a path are told at once.

use velithon::prelude::*;

#[get("users//{id}/{id}.json")]
async fn show(id: u64) -> String {
    id.to_string()
}

fn main() {}
