//! Every key shows how it is written.

use velithon::prelude::*;

#[get("/status", status = "201")]
async fn status() {}

#[get("/tags", tags = "users")]
async fn tags() {}

#[get("/header", header = "x-version")]
async fn header() {}

#[get("/when", when(features.x))]
async fn when() {}

#[get("/middleware", middleware = audit)]
async fn middleware() {}

#[get("/limit", body_limit = 10)]
async fn limit() {}

fn main() {}
