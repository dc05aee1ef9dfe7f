//! What runs elsewhere has no body here, and needs a broker that carries it.

use velithon::prelude::*;

#[task(name = "proj.add", broker = "celery", remote)]
async fn add(x: i64, y: i64) -> Result<i64> {
    Ok(x + y)
}

#[task(remote)]
async fn resize(path: String) -> Result<String>;

#[task]
async fn send(user: u64) -> Result<()>;

fn main() {}
