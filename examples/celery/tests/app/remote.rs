//! Tasks that run in Python: `python/app.py` has one of each name.

use velithon::prelude::*;

#[task(name = "python.add", broker = "celery", remote)]
pub(crate) async fn add(x: i64, y: i64) -> velithon::Result<i64>;

#[task(name = "python.fail", broker = "celery", remote)]
pub(crate) async fn fail(text: String) -> velithon::Result<()>;

#[task(name = "python.again", broker = "celery", remote)]
pub(crate) async fn again(times: u32) -> velithon::Result<u32>;

#[task(name = "python.now", broker = "celery", remote)]
pub(crate) async fn now() -> velithon::Result<f64>;

#[task(name = "python.note", broker = "celery", remote)]
pub(crate) async fn note(path: String, text: String) -> velithon::Result<String>;

#[task(name = "python.slow", broker = "celery", remote)]
pub(crate) async fn slow(path: String, seconds: f64) -> velithon::Result<f64>;
