//! The error of a `Result` is sent, too.

use velithon::prelude::*;

#[derive(Debug)]
struct Lost;

#[get("/lost")]
async fn lost() -> Result<Json<u8>, Lost> {
    Err(Lost)
}

#[get("/file")]
async fn file() -> std::io::Result<String> {
    std::fs::read_to_string("file")
}

fn main() {}
