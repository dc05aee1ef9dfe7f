use velithon::prelude::*;

#[inject]
fn pool() {}

#[get("/")]
async fn index(pool: Inject<pool>) -> &'static str {
    let _ = pool;
    "index"
}

fn main() {}
