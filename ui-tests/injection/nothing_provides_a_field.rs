use velithon::prelude::*;

struct Pool;

#[inject]
struct Users {
    pool: Inject<Pool>,
}

fn main() {}
