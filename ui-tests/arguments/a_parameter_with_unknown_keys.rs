//! What `#[query]` and its kin do not understand.

use velithon::prelude::*;

#[get("/users")]
async fn list(#[query(defualt = 0)] skip: u32, #[header(name = 5)] x: String, #[cookie(=)] y: String) -> String {
    format!("{skip}{x}{y}")
}

fn main() {}
