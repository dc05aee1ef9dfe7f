//! A pattern has no name to look for.

use velithon::prelude::*;

#[get("/users")]
async fn list(#[query] (skip, limit): Page) -> String {
    format!("{skip}{limit}")
}

type Page = (u32, u32);

fn main() {}
