//! Tasks as a person sees them.

use std::borrow::Cow;
use std::collections::HashMap;

use async_trait::async_trait;

use super::filter::Filter;
use super::link::{Link, Param, ids};
use super::operation::Operation;
use super::row::Row;
use super::statement::{INSPECT, QUEUES, RUNS};
use crate::task::id::{TaskId, WorkerId};
use crate::task::priority::TaskPriority;
use crate::task::store::{Page, QueueRow, Result, RunRow, TaskFilter, TaskRow};

/// Lists tasks.
pub(super) struct List {
    filter: Filter,
    page: u32,
    with_runs: bool,
}

impl List {
    pub(super) fn new(filter: &TaskFilter) -> Result<Self> {
        Ok(Self { filter: Filter::new(filter)?, page: filter.page(), with_runs: filter.runs })
    }
}

#[async_trait]
impl Operation for List {
    type Answer = Page<TaskRow>;

    async fn run(&self, link: &mut Link<'_>) -> Result<Page<TaskRow>> {
        let page = self.page as usize;
        // One more than asked for tells whether there is another page.
        let rows = link.run(INSPECT, &self.filter.params(i64::from(self.page) + 1)).await?;
        let mut items = rows.iter().take(page).map(task).collect::<Result<Vec<_>>>()?;
        if self.with_runs {
            add_runs(link, &mut items).await?;
        }
        let next = (rows.len() > page).then(|| items.last().map(|row| row.id)).flatten();
        Ok(Page { items, next })
    }
}

async fn add_runs(link: &mut Link<'_>, items: &mut [TaskRow]) -> Result<()> {
    let json = ids(items.iter().map(|item| item.id.uuid()))?;
    let mut runs: HashMap<TaskId, Vec<RunRow>> = HashMap::new();
    for row in link.run(RUNS, &[Param::Text(&json)]).await? {
        runs.entry(row.id()?).or_default().push(run(&row)?);
    }
    for item in items {
        item.runs = runs.remove(&item.id).unwrap_or_default();
    }
    Ok(())
}

fn task(row: &Row) -> Result<TaskRow> {
    Ok(TaskRow {
        id: row.id()?,
        name: row.text("name")?,
        queue: row.text("queue")?,
        priority: TaskPriority::from_level(row.int("priority")?),
        state: row.word("state")?,
        run_at: row.time("run_at")?,
        payload: row.bytes("payload")?,
        attempt: row.count("attempt")?,
        max_attempts: row.count("max_attempts")?,
        crashes: row.count("crashes")?,
        fence: row.int("fence")?,
        worker: row.worker()?,
        cancel_requested: row.flag("cancel_requested")?,
        progress: progress(row.maybe_text("progress")?),
        result: row.maybe_bytes("result")?,
        error: row.maybe_text("error")?,
        reason: row.maybe_word("reason")?,
        enqueued_at: row.time("enqueued_at")?,
        started_at: row.maybe_time("started_at")?,
        finished_at: row.maybe_time("finished_at")?,
        runs: Vec::new(),
    })
}

/// A part that is no number, such as a share of nothing, is none of the way.
fn progress(text: Option<String>) -> Option<(f64, String)> {
    let (part, words): (Option<f64>, String) = serde_json::from_str(&text?).ok()?;
    Some((part.unwrap_or_default(), words))
}

fn run(row: &Row) -> Result<RunRow> {
    Ok(RunRow {
        fence: row.int("fence")?,
        worker: WorkerId::from(row.uuid("worker")?),
        started_at: row.time("started_at")?,
        ended_at: row.maybe_time("ended_at")?,
        outcome: row.maybe_text("outcome")?.map(Cow::Owned),
        error: row.maybe_text("error")?,
    })
}

/// Lists queues.
pub(super) struct ListQueues;

#[async_trait]
impl Operation for ListQueues {
    type Answer = Vec<QueueRow>;

    async fn run(&self, link: &mut Link<'_>) -> Result<Vec<QueueRow>> {
        link.run(QUEUES, &[]).await?.iter().map(queue).collect()
    }
}

fn queue(row: &Row) -> Result<QueueRow> {
    let micros = |micros| std::time::Duration::from_micros(u64::try_from(micros).unwrap_or(0));
    Ok(QueueRow {
        name: row.text("name")?.into(),
        paused: row.flag("paused")?,
        queued: row.count("queued")?,
        running: row.count("running")?,
        oldest_due: row.maybe_int("oldest_due")?.map(micros),
    })
}
