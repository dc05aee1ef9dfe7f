//! `Valid<_>` asks for rules.

use serde::Deserialize;
use velithon::prelude::*;

#[derive(Deserialize)]
struct NewUser {
    name: String,
}

#[post("/users")]
async fn create(user: Valid<Json<NewUser>>) -> String {
    user.into_inner().name
}

fn main() {}
