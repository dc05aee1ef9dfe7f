//! A record lists every argument.

use velithon::prelude::*;

#[get("/users")]
async fn list(#[cfg(unix)] #[query] skip: u32) -> String {
    skip.to_string()
}

fn main() {}
