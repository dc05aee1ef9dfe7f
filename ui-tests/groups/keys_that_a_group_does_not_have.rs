//! What each route says for itself, and a key that none has.

use velithon::prelude::*;

#[routes(prefix = "/api", prefx = "/x", status = 201, tags = "users")]
mod api {
    use super::*;

    #[get("/users")]
    async fn list() {}
}

#[routes("/api")]
mod positional {}

fn main() {}
