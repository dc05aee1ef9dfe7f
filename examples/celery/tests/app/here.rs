//! Tasks that run here, for Python.

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use velithon::prelude::*;
use velithon::task::TaskContext;

/// Something with a shape, there and back.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shape {
    name: String,
    sides: Vec<f64>,
    note: Option<String>,
}

#[task(name = "rust.add", broker = "celery", result = "1h")]
pub(crate) async fn add(x: i64, y: i64) -> velithon::Result<i64> {
    Ok(x + y)
}

#[task(name = "rust.shape", broker = "celery", result = "1h")]
pub(crate) async fn shape(shape: Shape, scale: f64) -> velithon::Result<Shape> {
    Ok(Shape { sides: shape.sides.iter().map(|side| side * scale).collect(), ..shape })
}

#[task(name = "rust.fail", broker = "celery", result = "1h", retries = 0)]
pub(crate) async fn fail(text: String) -> velithon::Result<()> {
    Err(Error::internal(text))
}

/// Fails as often as it is told to, then returns how often it was tried again.
#[task(name = "rust.again", broker = "celery", result = "1h", retries = 3, backoff = "50ms..100ms")]
pub(crate) async fn again(times: u32, ctx: TaskContext) -> velithon::Result<u32> {
    if ctx.attempt() <= times {
        return Err(Error::internal("once more"));
    }
    Ok(ctx.attempt() - 1)
}

#[task(name = "rust.now", broker = "celery", result = "1h")]
pub(crate) async fn now() -> velithon::Result<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64())
}

#[task(name = "rust.note", broker = "celery", result = "1h")]
pub(crate) async fn note(path: String, text: String) -> velithon::Result<String> {
    write(&path, &text)?;
    Ok(text)
}

#[task(name = "rust.slow", broker = "celery", result = "1h")]
pub(crate) async fn slow(path: String, seconds: f64) -> velithon::Result<f64> {
    write(&path, "started")?;
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    write(&path, "finished")?;
    Ok(seconds)
}

fn write(path: &str, line: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    writeln!(file, "{line}")
}
