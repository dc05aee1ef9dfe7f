//! A route in an `impl` block needs the block's attribute, even without `self`.

use velithon::prelude::*;

struct Users;

impl Users {
    #[get("/users")]
    async fn list() -> String {
        String::new()
    }
}

fn main() {}
