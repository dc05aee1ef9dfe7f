//! `Path<_>` is axum's; what it takes apart is its own business.

use axum::extract::Path;
use velithon::prelude::*;

struct Name;

#[get("/users/{id}")]
async fn show(Path(name): Path<Name>) -> String {
    let _ = name;
    String::new()
}

fn main() {}
