//! A path is written as clients send it.

use velithon::prelude::*;

#[get("users")]
async fn list() {}

fn main() {}
