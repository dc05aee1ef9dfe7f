//! A plain value can only come from the path or from an attribute.

use velithon::prelude::*;

#[get("/users")]
async fn list(limit: u32) -> String {
    limit.to_string()
}

#[get("/users/{id}")]
async fn show(id: u64, verbose: Option<bool>) -> String {
    format!("{id}{verbose:?}")
}

fn main() {}
