//! Every move of a task in the file: read where it stands, decide as [`Standing`] does, write where it stands next.

use std::collections::HashMap;

use serde_json::{Value, json};
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Row, SqliteConnection};
use uuid::Uuid;

use super::failed;
use crate::task::id::TaskId;
use crate::task::state::{Standing, TaskState};
use crate::task::store::{
    Accepted, ClaimRef, Ending, Outcome, QueueName, Result, StoreError, StoreFault, Swept, retention,
};
use crate::task::time::{Timestamp, micros};

/// An id as statements take it in JSON.
pub(super) fn hex(id: TaskId) -> String {
    id.uuid().simple().to_string()
}

pub(super) fn id_of(row: &SqliteRow, column: impl ColumnIndex<SqliteRow>) -> Result<TaskId> {
    let bytes: &[u8] = row.try_get(column).map_err(failed)?;
    let id =
        Uuid::from_slice(bytes).map_err(|_| StoreError::new(StoreFault::Refused, "an id of the file is no UUID"))?;
    Ok(id.into())
}

/// A task as its moves see it.
pub(super) struct Loaded {
    pub(super) id: TaskId,
    pub(super) standing: Standing,
    pub(super) queue: String,
    result_us: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, state, run_at, attempt, max_attempts, crashes, max_crashes, fence, lease_until, ",
            "cancel_requested, reason, queue, coalesce(result_us, 0) AS result_us FROM velithon_tasks ",
            $rest
        )
    };
}

/// The tasks of these ids that are there.
pub(super) async fn load(file: &mut SqliteConnection, ids: &[TaskId]) -> Result<Vec<Loaded>> {
    let ids: Vec<String> = ids.iter().map(|id| hex(*id)).collect();
    let sql = select!("WHERE id IN (SELECT unhex(value) FROM json_each(?))");
    let rows = sqlx::query(sql).bind(json!(ids).to_string()).fetch_all(file).await.map_err(failed)?;
    rows.iter().map(loaded).collect()
}

fn loaded(row: &SqliteRow) -> Result<Loaded> {
    let unreadable = |error: &dyn std::fmt::Display| StoreError::new(StoreFault::Refused, error.to_string());
    let state: &str = row.try_get("state").map_err(failed)?;
    let reason: Option<&str> = row.try_get("reason").map_err(failed)?;
    let time = |name| row.try_get(name).map(Timestamp::from_micros).map_err(failed);
    let standing = Standing {
        state: state.parse().map_err(|error| unreadable(&error))?,
        run_at: time("run_at")?,
        attempt: row.try_get("attempt").map_err(failed)?,
        max_attempts: row.try_get("max_attempts").map_err(failed)?,
        crashes: row.try_get("crashes").map_err(failed)?,
        max_crashes: row.try_get("max_crashes").map_err(failed)?,
        fence: row.try_get("fence").map_err(failed)?,
        lease_until: time("lease_until")?,
        cancel_requested: row.try_get("cancel_requested").map_err(failed)?,
        reason: reason.map(str::parse).transpose().map_err(|error| unreadable(&error))?,
    };
    let (queue, result_us) = (row.try_get("queue").map_err(failed)?, row.try_get("result_us").map_err(failed)?);
    Ok(Loaded { id: id_of(row, "id")?, standing, queue, result_us })
}

/// Where a task goes, and what ends with that.
pub(super) struct Move<'o> {
    task: Loaded,
    to: Standing,
    /// What the attempt came to, in its history.
    run: Option<&'static str>,
    outcome: Option<&'o Outcome>,
}

impl Loaded {
    /// Moves it without ending an attempt.
    pub(super) fn to(self, to: Standing) -> Move<'static> {
        Move { task: self, to, run: None, outcome: None }
    }
}

const MOVE: &str = "
    UPDATE velithon_tasks
    SET state = m.value->>'state', run_at = m.value->>'run_at', attempt = m.value->>'attempt',
        crashes = m.value->>'crashes', cancel_requested = m.value->>'cancel', reason = m.value->>'reason',
        error = CASE WHEN m.value->>'ends' THEN m.value->>'error' ELSE error END,
        result = CASE WHEN m.value->>'ends' THEN m.value->>'result' ELSE result END,
        finished_at = m.value->>'finished_at', keep_until = m.value->>'keep_until'
    FROM json_each(?1) AS m WHERE velithon_tasks.id = unhex(m.value->>'id')";

const RUN: &str = "
    UPDATE velithon_task_runs
    SET ended_at = ?2, outcome = m.value->>'run', error = m.value->>'error'
    FROM json_each(?1) AS m
    WHERE task_id = unhex(m.value->>'id') AND fence = m.value->>'fence' AND m.value->>'run' IS NOT NULL";

/// Writes moves and the history that they end.
pub(super) async fn save(file: &mut SqliteConnection, moves: &[Move<'_>], now: Timestamp) -> Result<()> {
    if moves.is_empty() {
        return Ok(());
    }
    let moves = Value::Array(moves.iter().map(|one| one.written(now)).collect()).to_string();
    sqlx::query(MOVE).bind(moves.clone()).execute(&mut *file).await.map_err(failed)?;
    sqlx::query(RUN).bind(moves).bind(now.micros()).execute(file).await.map(drop).map_err(failed)
}

impl Move<'_> {
    fn written(&self, now: Timestamp) -> Value {
        let to = self.to;
        let ended = (!to.state.is_live()).then_some(now);
        let keep = match to.state {
            TaskState::Dead => micros(retention::DEAD),
            _ => micros(retention::ENDED).max(self.task.result_us),
        };
        let text = |bytes: &bytes::Bytes| String::from_utf8_lossy(bytes).into_owned();
        json!({
            "id": hex(self.task.id),
            "fence": to.fence,
            "state": to.state.name(),
            "run_at": to.run_at.micros(),
            "attempt": to.attempt,
            "crashes": to.crashes,
            "cancel": u8::from(to.cancel_requested),
            "reason": to.reason.map(crate::task::Reason::name),
            "run": self.run,
            "ends": u8::from(self.outcome.is_some()),
            "error": self.outcome.and_then(|outcome| outcome.error.as_deref()),
            "result": self.outcome.and_then(|outcome| outcome.result.as_ref()).map(text),
            "finished_at": ended.map(Timestamp::micros),
            "keep_until": ended.map(|ended| ended.micros().saturating_add(keep)),
        })
    }
}

/// Ends attempts; who holds a task no longer is told so.
pub(super) async fn complete(file: &mut SqliteConnection, endings: &[Ending], now: Timestamp) -> Result<Vec<Accepted>> {
    let ids: Vec<TaskId> = endings.iter().map(|ending| ending.claim.id).collect();
    let mut tasks: HashMap<TaskId, Loaded> = load(file, &ids).await?.into_iter().map(|task| (task.id, task)).collect();
    let (mut accepted, mut moves) = (Vec::with_capacity(endings.len()), Vec::with_capacity(endings.len()));
    for Ending { claim, outcome } in endings {
        let held = tasks.get(&claim.id).is_some_and(|task| task.standing.is_held_by(claim.fence));
        match tasks.remove(&claim.id) {
            Some(task) if held => {
                let to = task.standing.ended(now, outcome.end);
                moves.push(Move { task, to, run: Some(outcome.end.name()), outcome: Some(outcome) });
                accepted.push(Accepted::Accepted);
            }
            _ => accepted.push(said_before(file, *claim).await?),
        }
    }
    save(file, &moves, now).await?;
    Ok(accepted)
}

/// Whether a holder has ended this attempt already, and only the reply was lost.
async fn said_before(file: &mut SqliteConnection, claim: ClaimRef) -> Result<Accepted> {
    let sql =
        "SELECT 1 FROM velithon_task_runs WHERE task_id = ? AND fence = ? AND outcome NOT IN ('lost', 'released')";
    let id = claim.id.uuid();
    let found = sqlx::query(sql).bind(id.as_bytes().to_vec()).bind(claim.fence).fetch_optional(file).await;
    Ok(if found.map_err(failed)?.is_some() { Accepted::Accepted } else { Accepted::Stale })
}

/// Gives tasks back unfinished.
pub(super) async fn release(file: &mut SqliteConnection, claims: &[ClaimRef], now: Timestamp) -> Result<()> {
    let fences: HashMap<TaskId, i64> = claims.iter().map(|claim| (claim.id, claim.fence)).collect();
    let ids: Vec<TaskId> = fences.keys().copied().collect();
    let held = load(file, &ids).await?.into_iter();
    let held = held.filter(|task| fences.get(&task.id).is_some_and(|fence| task.standing.is_held_by(*fence)));
    let moves: Vec<Move<'_>> = held
        .map(|task| {
            let to = task.standing.released();
            Move { task, to, run: Some("released"), outcome: None }
        })
        .collect();
    save(file, &moves, now).await
}

/// Finds leases that are over, and removes what is kept no longer.
pub(super) async fn sweep(file: &mut SqliteConnection, limit: u32, now: Timestamp) -> Result<(Swept, Vec<QueueName>)> {
    let sql = select!("WHERE state = 'running' AND lease_until <= ? ORDER BY lease_until LIMIT ?");
    let rows = sqlx::query(sql).bind(now.micros()).bind(limit).fetch_all(&mut *file).await.map_err(failed)?;
    let lost = rows.iter().map(loaded).collect::<Result<Vec<Loaded>>>()?;
    let woken = lost.iter().map(|task| QueueName::from(task.queue.as_str())).collect();
    let moves: Vec<Move<'_>> = lost
        .into_iter()
        .map(|task| {
            let to = task.standing.lost(now);
            Move { task, to, run: Some("lost"), outcome: None }
        })
        .collect();
    save(file, &moves, now).await?;
    let dead = moves.iter().filter(|one| one.to.state == TaskState::Dead).count() as u64;
    let removed = expire(file, limit, now).await?;
    Ok((Swept { lost: moves.len() as u64, dead, removed }, woken))
}

async fn expire(file: &mut SqliteConnection, limit: u32, now: Timestamp) -> Result<u64> {
    let sql = "
        DELETE FROM velithon_tasks WHERE id IN (
            SELECT id FROM velithon_tasks
            WHERE state IN ('done', 'cancelled', 'dead') AND keep_until <= ? ORDER BY keep_until LIMIT ?)
        RETURNING id";
    let rows = sqlx::query(sql).bind(now.micros()).bind(limit).fetch_all(&mut *file).await.map_err(failed)?;
    let ids = rows.iter().map(|row| id_of(row, 0)).collect::<Result<Vec<_>>>()?;
    forget_runs(file, &ids).await?;
    Ok(ids.len() as u64)
}

/// Removes the history of tasks that are gone.
pub(super) async fn forget_runs(file: &mut SqliteConnection, ids: &[TaskId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = ids.iter().map(|id| hex(*id)).collect();
    sqlx::query("DELETE FROM velithon_task_runs WHERE task_id IN (SELECT unhex(value) FROM json_each(?))")
        .bind(json!(ids).to_string())
        .execute(file)
        .await
        .map(drop)
        .map_err(failed)
}
