//! A catch-all takes the rest of the path.

use velithon::prelude::*;

#[get("/files/{*path}/meta")]
async fn meta(path: String) -> String {
    path
}

fn main() {}
