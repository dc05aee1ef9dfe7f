use velithon::prelude::*;

#[middleware(path = "api/**", methods = GTE, priority = "40", colour = 3)]
fn audit(next: Next) {}

fn main() {}
