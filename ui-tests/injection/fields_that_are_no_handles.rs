use std::sync::Arc;
use velithon::prelude::*;

#[inject]
struct Pool;

#[inject]
struct Users {
    pool: Pool,
    shared: Arc<Pool>,
    bare: Inject,
    names: Vec<String>,
}

fn main() {}
