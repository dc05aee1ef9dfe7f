//! What people and metrics ask of the file.

use std::time::Duration;

use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};
use uuid::Uuid;

use super::failed;
use super::moves::{hex, id_of};
use crate::task::id::{TaskId, WorkerId};
use crate::task::priority::TaskPriority;
use crate::task::state::{Reason, TaskState};
use crate::task::store::{Page, QueueName, QueueRow, Result, RunRow, StoreError, StoreFault, TaskFilter, TaskRow};
use crate::task::time::Timestamp;

macro_rules! filtered {
    ($select:literal, $ids:literal) => {
        concat!(
            $select,
            " WHERE ",
            $ids,
            " AND (?2 IS NULL OR state IN (SELECT value FROM json_each(?2))) AND (?3 IS NULL OR name = ?3)",
            " AND (?4 IS NULL OR queue = ?4) AND (?5 IS NULL OR reason = ?5) AND (?6 IS NULL OR id > ?6)",
            " ORDER BY id LIMIT ?7"
        )
    };
}

/// The statement for a filter: one that names ids looks these up, any other goes along the table.
macro_rules! statement {
    ($select:literal, $filter:expr) => {
        match $filter.ids.is_empty() {
            true => filtered!($select, "?1 = '[]'"),
            false => filtered!($select, "id IN (SELECT unhex(value) FROM json_each(?1))"),
        }
    };
}

async fn select(
    file: &mut SqliteConnection,
    statement: &'static str,
    filter: &TaskFilter,
    limit: u32,
) -> Result<Vec<SqliteRow>> {
    let ids: Vec<String> = filter.ids.iter().map(|id| hex(*id)).collect();
    let states: Vec<&str> = filter.states.iter().map(|state| state.name()).collect();
    let states = (!states.is_empty()).then(|| json!(states).to_string());
    sqlx::query(statement)
        .bind(json!(ids).to_string())
        .bind(states)
        .bind(filter.name.clone())
        .bind(filter.queue.clone())
        .bind(filter.reason.map(Reason::name))
        .bind(filter.after.map(|after| after.uuid().as_bytes().to_vec()))
        .bind(limit)
        .fetch_all(file)
        .await
        .map_err(failed)
}

/// The ids that a filter admits, behind its `after`.
pub(super) async fn ids(file: &mut SqliteConnection, filter: &TaskFilter, limit: u32) -> Result<Vec<TaskId>> {
    let rows = select(file, statement!("SELECT id FROM velithon_tasks", filter), filter, limit).await?;
    rows.iter().map(|row| id_of(row, 0)).collect()
}

pub(super) async fn inspect(readers: &SqlitePool, filter: &TaskFilter, now: Timestamp) -> Result<Page<TaskRow>> {
    let mut file = readers.acquire().await.map_err(failed)?;
    let page = filter.page();
    let rows =
        select(&mut file, statement!("SELECT * FROM velithon_tasks", filter), filter, page.saturating_add(1)).await?;
    let shown = rows.iter().take(page as usize).map(|row| shown(row, now));
    let mut items = shown.collect::<Result<Vec<TaskRow>>>()?;
    if filter.runs {
        for item in &mut items {
            item.runs = runs(&mut file, item.id).await?;
        }
    }
    let next = if rows.len() > page as usize { items.last().map(|row| row.id) } else { None };
    Ok(Page { items, next })
}

fn shown(row: &SqliteRow, now: Timestamp) -> Result<TaskRow> {
    let unreadable = |error: &dyn std::fmt::Display| StoreError::new(StoreFault::Refused, error.to_string());
    let time = |name| row.try_get::<Option<i64>, _>(name).map(|time| time.map(Timestamp::from_micros)).map_err(failed);
    let state: TaskState =
        row.try_get::<&str, _>("state").map_err(failed)?.parse().map_err(|error| unreadable(&error))?;
    let reason: Option<&str> = row.try_get("reason").map_err(failed)?;
    let part: Option<f64> = row.try_get("progress").map_err(failed)?;
    let told: Option<String> = row.try_get("progress_text").map_err(failed)?;
    let finished_at = time("finished_at")?;
    let kept = row.try_get::<Option<i64>, _>("result_us").map_err(failed)?;
    let kept = kept.map(|us| Duration::from_micros(u64::try_from(us).unwrap_or(0)));
    let is_kept = finished_at.zip(kept).is_some_and(|(finished, kept)| now < finished + kept);
    Ok(TaskRow {
        id: id_of(row, "id")?,
        name: row.try_get("name").map_err(failed)?,
        queue: row.try_get("queue").map_err(failed)?,
        priority: TaskPriority::from_level(row.try_get("priority").map_err(failed)?),
        state,
        run_at: time("run_at")?.unwrap_or_default(),
        payload: row.try_get::<String, _>("payload").map_err(failed)?.into(),
        attempt: row.try_get("attempt").map_err(failed)?,
        max_attempts: row.try_get("max_attempts").map_err(failed)?,
        crashes: row.try_get("crashes").map_err(failed)?,
        fence: row.try_get("fence").map_err(failed)?,
        worker: row.try_get::<Option<&[u8]>, _>("worker").map_err(failed)?.and_then(worker),
        cancel_requested: row.try_get("cancel_requested").map_err(failed)?,
        progress: part.zip(told),
        result: row.try_get::<Option<String>, _>("result").map_err(failed)?.filter(|_| is_kept).map(Into::into),
        error: row.try_get("error").map_err(failed)?,
        reason: reason.map(str::parse).transpose().map_err(|error| unreadable(&error))?,
        enqueued_at: time("enqueued_at")?.unwrap_or_default(),
        started_at: time("started_at")?,
        finished_at,
        runs: Vec::new(),
    })
}

fn worker(bytes: &[u8]) -> Option<WorkerId> {
    Uuid::from_slice(bytes).ok().map(WorkerId::from)
}

async fn runs(file: &mut SqliteConnection, id: TaskId) -> Result<Vec<RunRow>> {
    let sql = "SELECT fence, worker, started_at, ended_at, outcome, error FROM velithon_task_runs
               WHERE task_id = ? ORDER BY fence";
    let rows = sqlx::query(sql).bind(id.uuid().as_bytes().to_vec()).fetch_all(file).await.map_err(failed)?;
    rows.iter().map(run).collect()
}

fn run(row: &SqliteRow) -> Result<RunRow> {
    let ended: Option<i64> = row.try_get("ended_at").map_err(failed)?;
    Ok(RunRow {
        fence: row.try_get("fence").map_err(failed)?,
        worker: worker(row.try_get("worker").map_err(failed)?).unwrap_or_else(|| WorkerId::from(Uuid::nil())),
        started_at: Timestamp::from_micros(row.try_get("started_at").map_err(failed)?),
        ended_at: ended.map(Timestamp::from_micros),
        outcome: row.try_get::<Option<String>, _>("outcome").map_err(failed)?.map(Into::into),
        error: row.try_get("error").map_err(failed)?,
    })
}

pub(super) async fn queues(readers: &SqlitePool, now: Timestamp) -> Result<Vec<QueueRow>> {
    let sql = "
        SELECT name, max(paused), sum(queued), sum(running), min(oldest) FROM (
            SELECT queue AS name, 0 AS paused, count(*) AS queued, 0 AS running, min(run_at) AS oldest
            FROM velithon_tasks WHERE state = 'queued' GROUP BY queue
            UNION ALL
            SELECT queue, 0, 0, count(*), NULL FROM velithon_tasks WHERE state = 'running' GROUP BY queue
            UNION ALL
            SELECT name, paused, 0, 0, NULL FROM velithon_task_queues)
        GROUP BY name ORDER BY name";
    let rows = sqlx::query(sql).fetch_all(readers).await.map_err(failed)?;
    rows.iter().map(|row| queue(row, now)).collect()
}

fn queue(row: &SqliteRow, now: Timestamp) -> Result<QueueRow> {
    let count = |column: usize| row.try_get::<i64, _>(column).map(|count| u64::try_from(count).unwrap_or(0));
    let oldest: Option<i64> = row.try_get(4).map_err(failed)?;
    let oldest = oldest.map(Timestamp::from_micros).filter(|oldest| *oldest <= now);
    Ok(QueueRow {
        name: QueueName::from(row.try_get::<&str, _>(0).map_err(failed)?),
        paused: row.try_get(1).map_err(failed)?,
        queued: count(2).map_err(failed)?,
        running: count(3).map_err(failed)?,
        oldest_due: oldest.map(|oldest| now.since(oldest)),
    })
}

pub(super) async fn last_tick(readers: &SqlitePool, name: &str) -> Result<Option<Timestamp>> {
    let sql = "SELECT max(tick) FROM velithon_task_cron WHERE name = ?";
    let row = sqlx::query(sql).bind(name.to_owned()).fetch_one(readers).await.map_err(failed)?;
    let tick: Option<i64> = row.try_get(0).map_err(failed)?;
    Ok(tick.map(Timestamp::from_micros))
}
