//! What schedules, running tasks and operators write.

use serde_json::{Value, json};
use sqlx::{Row, SqliteConnection};

use super::enqueue::enqueue;
use super::moves::{Loaded, Move, forget_runs, hex, load, save};
use super::{failed, read};
use crate::task::id::TaskId;
use crate::task::state::{Standing, TaskState};
use crate::task::store::{
    Accepted, AdminAction, ClaimRef, NewTask, Progress, QueueName, QueueSettings, Result, TaskFilter,
};
use crate::task::time::{Timestamp, micros};

/// How many tasks one statement is about.
const BATCH: u32 = 500;

/// How many ticks of a schedule are remembered.
const TICKS: i64 = 200;

/// Notes a tick, and keeps its task when it is the first to say so.
pub(super) async fn cron_tick(
    file: &mut SqliteConnection,
    name: String,
    tick: Timestamp,
    task: Option<NewTask>,
    now: Timestamp,
) -> Result<bool> {
    let id = task.as_ref().map(|task| task.id.uuid().as_bytes().to_vec());
    let sql = "INSERT INTO velithon_task_cron (name, tick, task_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
    let noted = sqlx::query(sql).bind(name.clone()).bind(tick.micros()).bind(id).execute(&mut *file).await;
    if noted.map_err(failed)?.rows_affected() == 0 {
        return Ok(false);
    }
    if let Some(task) = task {
        enqueue(file, &[task], now).await?;
    }
    let sql = "DELETE FROM velithon_task_cron WHERE name = ?1 AND tick < (
                   SELECT tick FROM velithon_task_cron WHERE name = ?1 ORDER BY tick DESC LIMIT 1 OFFSET ?2)";
    sqlx::query(sql).bind(name).bind(TICKS).execute(file).await.map_err(failed)?;
    Ok(true)
}

pub(super) async fn progress(file: &mut SqliteConnection, claim: ClaimRef, progress: Progress) -> Result<Accepted> {
    const HELD: &str = "UPDATE velithon_tasks SET progress = ?3, progress_text = ?4
                        WHERE id = ?1 AND fence = ?2 AND state = 'running'";
    const STEP: &str = "UPDATE velithon_tasks SET steps = json_patch(coalesce(steps, '{}'), ?3)
                        WHERE id = ?1 AND fence = ?2 AND state = 'running'";
    let id = claim.id.uuid().as_bytes().to_vec();
    let query = match progress {
        Progress::Told(part, text) => sqlx::query(HELD).bind(id).bind(claim.fence).bind(part).bind(text),
        Progress::Step(name, result) => {
            let result = String::from_utf8_lossy(&result).into_owned();
            sqlx::query(STEP).bind(id).bind(claim.fence).bind(json!({ name: result }).to_string())
        }
    };
    let held = query.execute(file).await.map_err(failed)?.rows_affected() > 0;
    Ok(if held { Accepted::Accepted } else { Accepted::Stale })
}

/// How many tasks it was done to, and the queues to wake.
pub(super) async fn admin(
    file: &mut SqliteConnection,
    action: AdminAction,
    now: Timestamp,
) -> Result<(u64, Vec<QueueName>)> {
    match action {
        AdminAction::Cancel(filter) => moved(file, filter, now, Standing::cancelled).await,
        AdminAction::Retry(filter) => moved(file, filter, now, |standing| standing.revived(now)).await,
        AdminAction::Purge(filter) => purge(file, filter).await.map(|count| (count, Vec::new())),
        AdminAction::Pause(name, paused) => {
            let sql = "INSERT INTO velithon_task_queues (name, paused) VALUES (?1, ?2)
                       ON CONFLICT (name) DO UPDATE SET paused = excluded.paused";
            sqlx::query(sql).bind(name.to_string()).bind(paused).execute(file).await.map_err(failed)?;
            Ok((0, vec![name]))
        }
        AdminAction::Queue(settings) => set(file, settings).await,
    }
}

async fn set(file: &mut SqliteConnection, settings: QueueSettings) -> Result<(u64, Vec<QueueName>)> {
    let sql = "INSERT INTO velithon_task_queues (name, concurrency, rate_count, rate_us) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (name) DO UPDATE
               SET concurrency = excluded.concurrency, rate_count = excluded.rate_count, rate_us = excluded.rate_us";
    let QueueSettings { name, concurrency, rate } = settings;
    let query = sqlx::query(sql).bind(name.to_string()).bind(concurrency);
    let query = query.bind(rate.map(|rate| rate.count)).bind(rate.map(|rate| micros(rate.per)));
    query.execute(file).await.map_err(failed)?;
    Ok((0, vec![name]))
}

/// Moves every task that a filter admits, a batch at a time; those that stay where they are do not count.
async fn moved(
    file: &mut SqliteConnection,
    mut filter: TaskFilter,
    now: Timestamp,
    to: impl Fn(Standing) -> Standing,
) -> Result<(u64, Vec<QueueName>)> {
    let (mut count, mut woken) = (0, Vec::new());
    loop {
        let ids = read::ids(file, &filter, BATCH).await?;
        let Some(last) = ids.last().copied() else { return Ok((count, woken)) };
        let tasks: Vec<Loaded> = load(file, &ids).await?;
        let changed = tasks.into_iter().filter(|task| to(task.standing) != task.standing || asked_before(task));
        let moves: Vec<Move<'_>> = changed
            .map(|task| {
                woken.push(QueueName::from(task.queue.as_str()));
                let next = to(task.standing);
                task.to(next)
            })
            .collect();
        save(file, &moves, now).await?;
        count += moves.len() as u64;
        filter.after = Some(last);
    }
}

/// A running task that was asked to stop is asked once more.
fn asked_before(task: &Loaded) -> bool {
    task.standing.state == TaskState::Running && task.standing.cancel_requested
}

/// Removes every task that a filter admits and that does not run.
async fn purge(file: &mut SqliteConnection, mut filter: TaskFilter) -> Result<u64> {
    let mut count = 0;
    loop {
        let ids = read::ids(file, &filter, BATCH).await?;
        let Some(last) = ids.last().copied() else { return Ok(count) };
        let gone = remove(file, &ids).await?;
        count += gone.len() as u64;
        forget_runs(file, &gone).await?;
        filter.after = Some(last);
    }
}

async fn remove(file: &mut SqliteConnection, ids: &[TaskId]) -> Result<Vec<TaskId>> {
    let ids: Vec<Value> = ids.iter().map(|id| hex(*id).into()).collect();
    let sql = "DELETE FROM velithon_tasks
               WHERE state <> 'running' AND id IN (SELECT unhex(value) FROM json_each(?)) RETURNING hex(id)";
    let rows = sqlx::query(sql).bind(Value::Array(ids).to_string()).fetch_all(file).await.map_err(failed)?;
    let gone = rows.iter().filter_map(|row| row.try_get::<&str, _>(0).ok()?.parse().ok());
    Ok(gone.collect())
}
