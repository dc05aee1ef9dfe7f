//! Handlers are private, and nothing that the attributes write trips the lints of a strict crate.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations)]
#![deny(clippy::all, rust_2018_idioms, unused_qualifications, unused_results, let_underscore_drop)]

use velithon::prelude::*;

#[get("/")]
async fn index() -> &'static str {
    "hello"
}

mod inner {
    use velithon::prelude::*;

    #[routes(prefix = "/inner")]
    mod users {
        use super::*;

        #[get("/users/{id}")]
        async fn show(id: u64, #[query(default = 1)] times: usize) -> String {
            id.to_string().repeat(times)
        }

        #[post("/users", status = 201)]
        fn create(body: Json<Vec<u8>>) -> Json<Vec<u8>> {
            body
        }
    }
}

fn main() {}
