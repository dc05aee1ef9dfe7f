//! The default is what the argument is.

use velithon::prelude::*;

#[get("/users")]
async fn list(#[query(default = "10")] limit: u32) -> String {
    limit.to_string()
}

fn main() {}
