use velithon::prelude::*;

struct Pool;

#[inject]
struct Users {
    pool: Lazy<Pool>,
}

fn main() {}
