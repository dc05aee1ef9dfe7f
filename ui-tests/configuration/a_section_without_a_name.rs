use serde::Deserialize;
use velithon::prelude::*;

#[config]
#[derive(Deserialize)]
struct Unnamed {}

#[config(shop)]
#[derive(Deserialize)]
struct Unquoted {}

fn main() {}
