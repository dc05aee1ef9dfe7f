//! Due tasks to a worker, and its leases.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::failed;
use super::moves::{hex, id_of};
use crate::task::id::{TaskId, WorkerId};
use crate::task::priority::TaskPriority;
use crate::task::store::{Claim, ClaimRef, Claims, QueueName, Rate, Renewal, Result};
use crate::task::time::{Timestamp, micros};

/// The heads of the four priorities from the index, merged by `run_at + level · 60 s`.
const CLAIM: &str = "
    UPDATE velithon_tasks
    SET state = 'running', attempt = attempt + 1, fence = fence + 1, worker = ?1, lease_until = ?3, started_at = ?2,
        cancel_requested = 0, reason = NULL
    WHERE id IN (
        SELECT id FROM (
            SELECT * FROM (SELECT id, run_at AS rank FROM velithon_tasks
                WHERE queue = ?4 AND state = 'queued' AND priority = 0 AND run_at <= ?2 ORDER BY run_at LIMIT ?5)
            UNION ALL
            SELECT * FROM (SELECT id, run_at + 60000000 AS rank FROM velithon_tasks
                WHERE queue = ?4 AND state = 'queued' AND priority = 1 AND run_at <= ?2 ORDER BY run_at LIMIT ?5)
            UNION ALL
            SELECT * FROM (SELECT id, run_at + 120000000 AS rank FROM velithon_tasks
                WHERE queue = ?4 AND state = 'queued' AND priority = 2 AND run_at <= ?2 ORDER BY run_at LIMIT ?5)
            UNION ALL
            SELECT * FROM (SELECT id, run_at + 180000000 AS rank FROM velithon_tasks
                WHERE queue = ?4 AND state = 'queued' AND priority = 3 AND run_at <= ?2 ORDER BY run_at LIMIT ?5)
        ) ORDER BY rank LIMIT ?5)
    RETURNING id, fence, name, priority, payload, attempt, max_attempts, timeout_us, result_us, steps, trace,
              enqueued_at, run_at";

const RUNS: &str = "
    INSERT INTO velithon_task_runs (task_id, fence, worker, started_at)
    SELECT unhex(value->>'id'), value->>'fence', ?2, ?3 FROM json_each(?1)";

/// Whether anything of a queue is due. One look into the index for each priority.
pub(super) async fn any_due(file: &mut SqliteConnection, queue: &str, now: Timestamp) -> Result<bool> {
    let sql = "
        SELECT 1 FROM json_each('[0,1,2,3]') AS level WHERE EXISTS (
            SELECT 1 FROM velithon_tasks
            WHERE queue = ?1 AND state = 'queued' AND priority = level.value AND run_at <= ?2)
        LIMIT 1";
    let found = sqlx::query(sql).bind(queue.to_owned()).bind(now.micros()).fetch_optional(file).await;
    found.map(|row| row.is_some()).map_err(failed)
}

/// In how long the next task of a queue is due.
pub(super) async fn next_in(file: &mut SqliteConnection, queue: &str, now: Timestamp) -> Result<Option<Duration>> {
    let sql = "
        SELECT min(first) FROM (
            SELECT (SELECT run_at FROM velithon_tasks
                    WHERE queue = ?1 AND state = 'queued' AND priority = level.value AND run_at > ?2
                    ORDER BY run_at LIMIT 1) AS first
            FROM json_each('[0,1,2,3]') AS level)";
    let row = sqlx::query(sql).bind(queue.to_owned()).bind(now.micros()).fetch_one(file).await.map_err(failed)?;
    let first: Option<i64> = row.try_get(0).map_err(failed)?;
    Ok(first.map(|first| Timestamp::from_micros(first).since(now)))
}

pub(super) async fn claim(
    file: &mut SqliteConnection,
    queue: QueueName,
    n: u32,
    worker: WorkerId,
    lease: Duration,
    now: Timestamp,
) -> Result<Claims> {
    let limits = limits(file, &queue).await?;
    let allowed = match &limits {
        Some(limits) => limits.allowed(n, running(file, &queue).await?, now),
        None => n,
    };
    if allowed == 0 {
        return Ok(Claims::default());
    }
    let rows = sqlx::query(CLAIM)
        .bind(worker.uuid().as_bytes().to_vec())
        .bind(now.micros())
        .bind((now + lease).micros())
        .bind(queue.to_string())
        .bind(allowed)
        .fetch_all(&mut *file)
        .await
        .map_err(failed)?;
    let mut ranked = rows.iter().map(|row| claimed(row, &queue, now)).collect::<Result<Vec<_>>>()?;
    // What is returned has no order.
    ranked.sort_by_key(|(rank, _)| *rank);
    let taken: Vec<Claim> = ranked.into_iter().map(|(_, claim)| claim).collect();
    note(file, &taken, worker, now).await?;
    if let Some(rate) = limits.and_then(|limits| limits.spent(taken.len(), now)) {
        sqlx::query("UPDATE velithon_task_queues SET tat = ?2 WHERE name = ?1")
            .bind(queue.to_string())
            .bind(rate)
            .execute(&mut *file)
            .await
            .map_err(failed)?;
    }
    let next_in = if taken.len() < n as usize { next_in(file, &queue, now).await? } else { None };
    Ok(Claims { taken, next_in })
}

/// Begins the history of each attempt.
async fn note(file: &mut SqliteConnection, taken: &[Claim], worker: WorkerId, now: Timestamp) -> Result<()> {
    let runs: Vec<Value> =
        taken.iter().map(|claim| json!({ "id": hex(claim.at.id), "fence": claim.at.fence })).collect();
    let runs = sqlx::query(RUNS).bind(Value::Array(runs).to_string());
    let runs = runs.bind(worker.uuid().as_bytes().to_vec()).bind(now.micros());
    runs.execute(file).await.map(drop).map_err(failed)
}

fn claimed(row: &SqliteRow, queue: &QueueName, now: Timestamp) -> Result<(i64, Claim)> {
    let level: i64 = row.try_get("priority").map_err(failed)?;
    let run_at: i64 = row.try_get("run_at").map_err(failed)?;
    let steps: Option<String> = row.try_get("steps").map_err(failed)?;
    let length = |us: i64| Duration::from_micros(u64::try_from(us).unwrap_or(0));
    let claim = Claim {
        at: ClaimRef { id: id_of(row, "id")?, fence: row.try_get("fence").map_err(failed)? },
        name: row.try_get::<String, _>("name").map_err(failed)?.into(),
        queue: QueueName::clone(queue),
        priority: TaskPriority::from_level(level),
        payload: row.try_get::<String, _>("payload").map_err(failed)?.into(),
        attempt: row.try_get("attempt").map_err(failed)?,
        max_attempts: row.try_get("max_attempts").map_err(failed)?,
        timeout: length(row.try_get("timeout_us").map_err(failed)?),
        result: row.try_get::<Option<i64>, _>("result_us").map_err(failed)?.map(length),
        steps: steps.as_deref().map(read_steps).unwrap_or_default(),
        trace: row.try_get("trace").map_err(failed)?,
        enqueued_at: Timestamp::from_micros(row.try_get("enqueued_at").map_err(failed)?),
        waited: now.since(Timestamp::from_micros(run_at)),
    };
    Ok((run_at + level * micros(TaskPriority::AGEING), claim))
}

/// `{"smtp": "\"sent\""}`: each result is JSON inside the text.
fn read_steps(text: &str) -> BTreeMap<String, Bytes> {
    let steps: BTreeMap<String, String> = serde_json::from_str(text).unwrap_or_default();
    steps.into_iter().map(|(name, result)| (name, Bytes::from(result))).collect()
}

/// What holds for a queue in the whole cluster.
struct Limits {
    paused: bool,
    concurrency: Option<u32>,
    rate: Option<Rate>,
    tat: i64,
}

async fn limits(file: &mut SqliteConnection, queue: &str) -> Result<Option<Limits>> {
    let sql = "SELECT paused, concurrency, rate_count, rate_us, tat FROM velithon_task_queues WHERE name = ?";
    let row = sqlx::query(sql).bind(queue.to_owned()).fetch_optional(file).await.map_err(failed)?;
    let Some(row) = row else { return Ok(None) };
    let count: Option<u32> = row.try_get(2).map_err(failed)?;
    let per: Option<i64> = row.try_get(3).map_err(failed)?;
    let per = per.map(|us| Duration::from_micros(u64::try_from(us).unwrap_or(0)));
    Ok(Some(Limits {
        paused: row.try_get(0).map_err(failed)?,
        concurrency: row.try_get(1).map_err(failed)?,
        rate: count.zip(per).map(|(count, per)| Rate { count, per }),
        tat: row.try_get(4).map_err(failed)?,
    }))
}

async fn running(file: &mut SqliteConnection, queue: &str) -> Result<u32> {
    let sql = "SELECT count(*) FROM velithon_tasks WHERE state = 'running' AND queue = ?";
    let row = sqlx::query(sql).bind(queue.to_owned()).fetch_one(file).await.map_err(failed)?;
    row.try_get(0).map_err(failed)
}

impl Limits {
    fn allowed(&self, n: u32, running: u32, now: Timestamp) -> u32 {
        if self.paused {
            return 0;
        }
        let free = self.concurrency.map_or(u32::MAX, |most| most.saturating_sub(running));
        let left = self.rate.map_or(u32::MAX, |rate| rate.left(self.tat, now));
        n.min(free).min(left)
    }

    /// The theoretical arrival time after so many starts.
    fn spent(&self, count: usize, now: Timestamp) -> Option<i64> {
        let rate = self.rate?;
        let more = rate.each().saturating_mul(i64::try_from(count).unwrap_or(i64::MAX));
        Some(self.tat.max(now.micros()).saturating_add(more))
    }
}

/// Lengthens leases in one statement.
pub(super) async fn renew(file: &mut SqliteConnection, claims: &[ClaimRef], until: Timestamp) -> Result<Vec<Renewal>> {
    let sql = "
        UPDATE velithon_tasks SET lease_until = ?2 FROM json_each(?1) AS held
        WHERE velithon_tasks.id = unhex(held.value->>'id') AND fence = held.value->>'fence' AND state = 'running'
        RETURNING velithon_tasks.id, cancel_requested";
    let held: Vec<Value> = claims.iter().map(|claim| json!({ "id": hex(claim.id), "fence": claim.fence })).collect();
    let rows = sqlx::query(sql).bind(Value::Array(held).to_string()).bind(until.micros());
    let rows = rows.fetch_all(file).await.map_err(failed)?;
    let mut renewed: HashMap<TaskId, bool> = HashMap::new();
    for row in &rows {
        renewed.insert(id_of(row, 0)?, row.try_get(1).map_err(failed)?);
    }
    let one = |claim: &ClaimRef| match renewed.get(&claim.id) {
        Some(true) => Renewal::CancelRequested,
        Some(false) => Renewal::Held,
        None => Renewal::Lost,
    };
    Ok(claims.iter().map(one).collect())
}
