use velithon::prelude::*;

#[middleware]
struct Audit;

fn main() {}
