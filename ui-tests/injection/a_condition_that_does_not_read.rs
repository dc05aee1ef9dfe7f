use velithon::prelude::*;

#[inject(when = "shop.cache = memory")]
struct Users;

fn main() {}
