//! The whole path is drawn, with the prefixes around.

use velithon::prelude::*;

#[routes(prefix = "/{tenant}")]
mod api {
    use super::*;

    #[get("/users/{tenant}")]
    async fn show(tenant: u64) -> String {
        tenant.to_string()
    }

    #[get("/users")]
    async fn list() {}
}

fn main() {}
