//! A remote task is enqueued; there is nothing to call.

use velithon::prelude::*;

#[task(name = "proj.add", broker = "celery", remote)]
async fn add(x: i64, y: i64) -> Result<i64>;

#[get("/sum")]
async fn sum() -> Result<String> {
    Ok(add(1, 2).await?.to_string())
}

fn main() {}
