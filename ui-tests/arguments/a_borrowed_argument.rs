//! A handler owns what it is given.

use velithon::prelude::*;

struct Users;

#[get("/users/{name}")]
async fn show(name: &str, users: &Users, #[query] sort: &'static str) -> String {
    let _ = users;
    format!("{name}{sort}")
}

fn main() {}
