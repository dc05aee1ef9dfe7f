use velithon::prelude::*;

struct Pool;

#[inject(transient)]
struct Users {
    pool: Inject<Pool>,
}

fn main() {}
