use serde::Deserialize;
use velithon::prelude::*;

#[config("shop")]
#[derive(Deserialize)]
struct Shop(String);

#[config("cache")]
#[derive(Deserialize)]
struct Cache<T> {
    kind: T,
}

#[derive(Deserialize)]
struct Limits {
    most: u32,
}

#[config("list")]
#[derive(Deserialize)]
struct List {
    #[serde(flatten)]
    limits: Limits,
}

fn main() {}
