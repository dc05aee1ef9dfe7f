use velithon::prelude::*;

#[inject]
struct Pool;

#[inject]
struct Users {
    #[cfg(feature = "pool")]
    pool: Inject<Pool>,
}

fn main() {}
