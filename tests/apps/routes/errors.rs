//! Handlers that fail, each in its own way; `/errors/runs` tells how often they ran.

use std::sync::atomic::{AtomicU32, Ordering};

use velithon::prelude::*;

static RUNS: AtomicU32 = AtomicU32::new(0);

fn ran() {
    RUNS.fetch_add(1, Ordering::SeqCst);
}

#[derive(Debug, Problem)]
enum OrderError {
    #[problem(status = 404, title = "no such order", detail = "there is no order {id}")]
    Missing { id: u64 },
    #[problem(transparent)]
    Disk(#[from] std::io::Error),
}

#[get("/errors/runs")]
async fn runs() -> String {
    RUNS.load(Ordering::SeqCst).to_string()
}

#[get("/errors/fails")]
async fn fails() -> Result<()> {
    ran();
    Err(Error::internal("the password of 10.0.0.7 is hunter2"))
}

#[get("/errors/panics")]
async fn panics() {
    ran();
    panic!("the password of 10.0.0.7 is hunter2")
}

#[get("/errors/panics/sync")]
fn panics_sync() {
    ran();
    panic!("the password of 10.0.0.7 is hunter2")
}

#[get("/errors/panics/blocking", blocking)]
fn panics_blocking() {
    ran();
    panic!("the password of 10.0.0.7 is hunter2")
}

#[get("/errors/panics/routed/{id}")]
async fn panics_routed(id: u8, path: axum::extract::MatchedPath) {
    ran();
    panic!("{id} at {} is hunter2", path.as_str())
}

#[get("/errors/order/{id}")]
async fn order(id: u64) -> Result<String, OrderError> {
    ran();
    Err(OrderError::Missing { id })
}

#[get("/errors/disk")]
async fn disk() -> Result<String, OrderError> {
    ran();
    Ok(std::fs::read_to_string("/nonexistent/hunter2").map(|_| String::new())?)
}

#[get("/errors/own")]
async fn own() -> (StatusCode, &'static str) {
    (StatusCode::IM_A_TEAPOT, "a page of one's own")
}
