//! The methods of a type are a controller.

use velithon::prelude::*;

struct Users;

#[routes(prefix = "/users")]
impl Users {}

fn main() {}
