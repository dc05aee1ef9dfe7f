//! A type without a name.

use velithon::prelude::*;

#[get("/opaque")]
async fn opaque() -> impl std::fmt::Display {
    1
}

#[get("/future")]
fn future() -> impl Future<Output = String> {
    async { String::new() }
}

fn main() {}
