//! The Rust side of the matrix: tasks of every kind here and in Python, and requests that send them.

mod here;
mod remote;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use velithon::prelude::*;
use velithon::task::{Job, TaskError, TaskId, TaskPriority};

/// What is to be sent, and how.
#[derive(Deserialize)]
struct Sent {
    task: String,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    delay_ms: u64,
    expires_ms: Option<u64>,
    priority: Option<TaskPriority>,
}

impl Sent {
    fn text(&self, place: usize) -> String {
        self.args.get(place).cloned().unwrap_or_default()
    }

    fn number<N: std::str::FromStr + Default>(&self, place: usize) -> N {
        self.text(place).parse().unwrap_or_default()
    }
}

/// How a task ended.
#[derive(Serialize)]
struct Told {
    state: String,
    result: Option<String>,
    error: Option<String>,
}

#[post("/send")]
async fn send(sent: Json<Sent>, tasks: Inject<Tasks>) -> velithon::Result<Json<TaskId>> {
    let sent = sent.0;
    let id = match sent.task.as_str() {
        "add" => enqueue(&tasks, remote::add::job(sent.number(0), sent.number(1)), &sent).await?,
        "fail" => enqueue(&tasks, remote::fail::job(sent.text(0)), &sent).await?,
        "again" => enqueue(&tasks, remote::again::job(sent.number(0)), &sent).await?,
        "now" => enqueue(&tasks, remote::now::job(), &sent).await?,
        "slow" => enqueue(&tasks, remote::slow::job(sent.text(0), sent.number(1)), &sent).await?,
        "own" => enqueue(&tasks, here::add::job(sent.number(0), sent.number(1)), &sent).await?,
        _ => enqueue(&tasks, remote::note::job(sent.text(0), sent.text(1)), &sent).await?,
    };
    Ok(Json(id))
}

async fn enqueue<T>(tasks: &Tasks, job: Job<T>, sent: &Sent) -> Result<TaskId, TaskError> {
    let job = job.delay(Duration::from_millis(sent.delay_ms)).priority(sent.priority.unwrap_or_default());
    let job = match sent.expires_ms {
        Some(within) => job.expires(Duration::from_millis(within)),
        None => job,
    };
    Ok(tasks.enqueue(job).await?.id)
}

/// Waits for the end, and tells it; the result as JSON.
#[get("/ended/{id}")]
async fn ended(id: TaskId, tasks: Inject<Tasks>) -> velithon::Result<Json<Told>> {
    match tasks.result_as::<Value>(id, "20s").await {
        Ok(_) | Err(TaskError::Failed(_) | TaskError::Cancelled) => {}
        Err(other) => return Err(other.into()),
    }
    status(id, tasks).await
}

#[get("/status/{id}")]
async fn status(id: TaskId, tasks: Inject<Tasks>) -> velithon::Result<Json<Told>> {
    let row = tasks.status(id).await?;
    let result = row.result.map(|result| String::from_utf8_lossy(&result).into_owned());
    Ok(Json(Told { state: row.state.to_string(), result, error: row.error }))
}

#[post("/cancel/{id}")]
async fn cancel(id: TaskId, tasks: Inject<Tasks>) -> velithon::Result<Json<bool>> {
    Ok(Json(tasks.cancel(id).await?))
}

/// Any JSON: what it says is read by the test.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    #[allow(dead_code)]
    Any(serde::de::IgnoredAny),
}

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
