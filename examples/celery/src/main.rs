//! A Rust service and a Python worker that call each other's tasks.
//!
//! ```text
//! redis-server --appendonly yes
//! cargo run -p celery                                                  # examples/celery/velithon.toml says where Redis is
//! cd examples/celery/python && celery -A worker worker                 # runs `python.summary`
//! curl -X POST localhost:8000/summaries -H 'content-type: application/json' -d '["a text", "another"]'
//! python -c 'from worker import app; print(app.send_task("rust.words", ["one two"]).get())'   # runs here
//! ```

use serde::{Deserialize, Serialize};
use velithon::prelude::*;
use velithon::task::{TaskId, TaskPriority};

/// What Python makes of some texts.
#[derive(Debug, Serialize, Deserialize)]
struct Summary {
    texts: usize,
    longest: String,
}

/// Runs in Python: `python/worker.py` has a task of this name.
#[task(name = "python.summary", broker = "celery", remote)]
async fn summary(texts: Vec<String>) -> velithon::Result<Summary>;

/// Runs here, for whoever sends it: Python's `send_task("rust.words", [..])`, or `words::job(..)`.
#[task(name = "rust.words", broker = "celery", result = "1h", retries = 3, backoff = "100ms..1s")]
async fn words(text: String) -> velithon::Result<usize> {
    Ok(text.split_whitespace().count())
}

#[post("/summaries")]
async fn begin(texts: Json<Vec<String>>, tasks: Inject<Tasks>) -> velithon::Result<Json<TaskId>> {
    let job = summary::job(texts.0).priority(TaskPriority::High).expires("1h");
    Ok(Json(tasks.enqueue(job).await?.id))
}

#[get("/summaries/{id}")]
async fn ended(id: TaskId, tasks: Inject<Tasks>) -> velithon::Result<Json<Summary>> {
    Ok(Json(tasks.result_as(id, "5s").await?))
}

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
