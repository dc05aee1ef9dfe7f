//! `Json<_>` is an extractor of what serde reads.

use velithon::prelude::*;

struct NewUser {
    name: String,
}

#[post("/users")]
async fn create(user: Json<NewUser>) -> String {
    user.0.name
}

fn main() {}
