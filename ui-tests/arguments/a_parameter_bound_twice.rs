//! A value comes from one place.

use velithon::prelude::*;

#[get("/users")]
async fn list(#[query] #[cookie] session: String) -> String {
    session
}

fn main() {}
