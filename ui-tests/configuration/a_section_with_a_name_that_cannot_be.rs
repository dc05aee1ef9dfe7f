use serde::Deserialize;
use velithon::prelude::*;

#[config("my-shop")]
#[derive(Deserialize)]
struct Dashed {}

#[config("features")]
#[derive(Deserialize)]
struct Features {}

#[config("shop__cache")]
#[derive(Deserialize)]
struct Nested {}

fn main() {}
