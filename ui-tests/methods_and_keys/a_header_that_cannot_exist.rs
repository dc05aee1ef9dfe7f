//! Neither this name nor this value can be sent.

use velithon::prelude::*;

#[get("/version", header("x version" = "2"))]
async fn name() {}

#[get("/version", header("x-version" = "zwölf"))]
async fn value() {}

fn main() {}
