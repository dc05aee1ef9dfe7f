//! An attribute sees what stands below it.

use velithon::prelude::*;

#[routes(prefix = "/api")]
#[path = "users/mod.rs"]
mod users;

fn main() {}
