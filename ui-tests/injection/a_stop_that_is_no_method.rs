use velithon::prelude::*;

#[inject(stop = close)]
struct Pool;

fn main() {}
