//! An attribute sees what stands below it.

use velithon::prelude::*;

#[routes(prefix = "/api")]
mod users;

fn main() {}
