//! A route is a function.

use velithon::prelude::*;

#[get("/users")]
struct Users;

/// Not even this.
#[post("/users")]
pub mod users {}

fn main() {}
