use velithon::prelude::*;

#[inject]
enum CacheKind {
    Memory,
    Redis,
}

fn main() {}
