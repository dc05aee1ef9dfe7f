//! `Config<_>` holds what `#[config]` marks.

use velithon::prelude::*;

struct Limits;

#[get("/limits")]
async fn limits(limits: Config<Limits>) -> String {
    let _ = limits;
    String::new()
}

fn main() {}
