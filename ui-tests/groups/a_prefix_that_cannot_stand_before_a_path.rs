//! What stands behind a prefix begins with a slash, and nothing stands behind a catch-all.

use velithon::prelude::*;

#[routes(prefix = "/api/")]
mod slash {}

#[routes(prefix = "/{*rest}")]
mod rest {}

#[routes(prefix = "api")]
mod relative {}

fn main() {}
