//! `#[route]` serves what it lists.

use velithon::prelude::*;

#[route("/users")]
async fn users() {}

fn main() {}
