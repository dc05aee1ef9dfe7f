//! A condition compares one key with one value.

use velithon::prelude::*;

#[get("/one", when = "shop.cache = memory")]
async fn one() {}

#[get("/two", when = "reports")]
async fn two() {}

#[get("/three", when = "a.b == c && d.e")]
async fn three() {}

fn main() {}
