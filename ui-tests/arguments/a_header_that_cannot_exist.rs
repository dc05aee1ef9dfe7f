//! The name of a header is a token.

use velithon::prelude::*;

#[get("/users")]
async fn list(#[header("x id")] id: String, #[header("")] empty: String) -> String {
    id + &empty
}

fn main() {}
