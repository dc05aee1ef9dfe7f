use std::sync::Arc;

use velithon::prelude::*;

trait Plugin: Send + Sync {}

#[inject]
struct Pool;

#[inject]
struct Users {
    pool: Pool,
    shared: Arc<Pool>,
    names: Vec<String>,
    plugins: Vec<Arc<dyn Plugin>>,
}

fn main() {}
