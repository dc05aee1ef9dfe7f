use serde::Deserialize;
use velithon::prelude::*;

#[config("cache")]
#[derive(Deserialize)]
enum Cache {
    Memory,
    Redis,
}

fn main() {}
