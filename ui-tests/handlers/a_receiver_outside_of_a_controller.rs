//! Nothing says which value `self` is.

use velithon::prelude::*;

struct Users;

impl Users {
    #[get("/users/{id}")]
    async fn show(&self, id: u64) -> String {
        id.to_string()
    }
}

fn main() {}
