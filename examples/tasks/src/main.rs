//! Work outside of the request: a report that is written in the background, looked at, called off, and kept over a crash.
//!
//! ```console
//! $ cargo run -p tasks
//! $ curl -X POST localhost:8000/reports/2026        # the id of a task
//! $ curl localhost:8000/reports/status/<id>         # how far it is
//! $ cargo run -p tasks -- check                     # the tasks, their queues and schedules
//! ```
//!
//! The tasks are in memory and lost with the process. One line keeps them in a file, in velithon.toml or on the command line:
//!
//! ```console
//! $ cargo run -p tasks -- --set tasks.store=sqlite
//! $ cargo run -p tasks -- --set tasks.store=sqlite worker --queues reports
//! $ cargo run -p tasks -- --set tasks.store=sqlite tasks list
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};
use velithon::prelude::*;
use velithon::task::TaskId;

#[global_allocator]
static ALLOCATOR: velithon::MiMalloc = velithon::MiMalloc;

/// Who is told of finished reports.
#[inject]
struct Announcer {
    #[inject(value = "reports@example.com".to_owned())]
    from: String,
}

impl Announcer {
    fn announce(&self, year: u16) {
        tracing::info!(from = self.from, year, "the report is ready");
    }
}

/// What a report came to.
#[derive(Debug, Serialize, Deserialize)]
struct Report {
    year: u16,
    pages: u32,
}

/// Writes the report of a year, month by month; a second request for the same year finds the first.
#[task(queue = "reports", retries = 5, backoff = "1s..1m", timeout = "10m", unique(by = "year"), result = "24h")]
async fn write_report(year: u16, ctx: TaskContext, announcer: Inject<Announcer>) -> Result<Report> {
    let mut pages = 0;
    for month in 1..=12u32 {
        if ctx.is_cancelled() {
            return Err(Retry::after("0s").because("somebody asked to stop").into());
        }
        // An attempt that comes after a crash takes the months that are written from the store.
        pages += ctx.step(&format!("month {month}"), || write_month(month)).await?;
        ctx.progress(f64::from(month) / 12.0, format!("{pages} pages")).await?;
    }
    announcer.announce(year);
    Ok(Report { year, pages })
}

async fn write_month(month: u32) -> Result<u32> {
    tokio::time::sleep(Duration::from_millis(100)).await;
    Ok(10 + month)
}

/// Each night at three; a process that was down then makes up for it when it starts within the hour.
#[task(cron = "0 3 * * *", tz = "Europe/Berlin", missed = "run_once")]
async fn tidy_up(announcer: Inject<Announcer>) {
    tracing::info!(to = announcer.from, "tidied up");
}

/// Where a report stands.
#[derive(Serialize)]
struct Status {
    state: &'static str,
    attempt: u32,
    done: f64,
    text: String,
}

#[routes(prefix = "/reports", tags = ["reports"])]
mod reports {
    use super::{Report, Status, TaskId, write_report};
    use velithon::prelude::*;

    /// Begins a report, or finds the one that was begun.
    #[post("/{year}", status = 202)]
    async fn begin(year: u16, tasks: Inject<Tasks>) -> Result<Json<TaskId>> {
        Ok(Json(tasks.enqueue(write_report::job(year)).await?.id))
    }

    /// How far it is.
    #[get("/status/{id}")]
    async fn status(id: TaskId, tasks: Inject<Tasks>) -> Result<Json<Status>> {
        let row = tasks.status(id).await?;
        let (done, text) = row.progress.unwrap_or_default();
        Ok(Json(Status { state: row.state.name(), attempt: row.attempt, done, text }))
    }

    /// The finished report; waits a moment for it.
    #[get("/result/{id}")]
    async fn result(id: TaskId, tasks: Inject<Tasks>) -> Result<Json<Report>> {
        Ok(Json(tasks.result_as::<Report>(id, "10s").await?))
    }

    /// Calls it off.
    #[delete("/{id}", status = 204)]
    async fn cancel(id: TaskId, tasks: Inject<Tasks>) -> Result<()> {
        tasks.cancel(id).await?;
        Ok(())
    }
}

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.metrics("/metrics").run().await
}
