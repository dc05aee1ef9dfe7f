use velithon::prelude::*;

#[inject(stop = shut)]
struct Pool;

fn main() {}
