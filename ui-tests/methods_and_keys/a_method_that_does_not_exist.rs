//! Methods are written as on the wire.

use velithon::prelude::*;

#[route("/users", methods = [get, DELTE, BREW])]
async fn users() {}

fn main() {}
