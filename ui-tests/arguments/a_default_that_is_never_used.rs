//! A default beside what already says how often a value may be missing.

use velithon::prelude::*;

#[get("/users")]
async fn list(#[query(default = 0)] skip: Option<u32>, #[query(default = vec![])] tags: Vec<String>) -> String {
    format!("{skip:?}{tags:?}")
}

fn main() {}
