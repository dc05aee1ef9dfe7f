//! New tasks into the file.

use std::collections::HashMap;

use serde_json::{Value, json};
use sqlx::{Row, SqliteConnection};

use super::failed;
use super::moves::{hex, id_of};
use crate::task::id::TaskId;
use crate::task::store::{EnqueuedRow, NewTask, Result, StoreError, StoreFault};
use crate::task::time::{Timestamp, micros};

const INSERT: &str = "
    INSERT INTO velithon_tasks (id, name, queue, state, priority, run_at, payload, max_attempts, max_crashes, timeout_us,
                                unique_key, unique_until, result_us, trace, enqueued_at)
    SELECT unhex(value->>'id'), value->>'name', value->>'queue', 'queued', value->>'priority', value->>'run_at',
           value->>'payload', value->>'max_attempts', value->>'max_crashes', value->>'timeout_us', value->>'unique_key',
           value->>'unique_until', value->>'result_us', value->>'trace', ?2
    FROM json_each(?1) WHERE true
    ON CONFLICT (id) DO NOTHING";

/// Of unique keys, who has them and whether they hold.
const HOLDERS: &str = "
    SELECT unique_key, id, state IN ('queued', 'running') OR unique_until > ?2
    FROM velithon_tasks WHERE unique_key IN (SELECT value FROM json_each(?1))";

/// Keeps the tasks whose unique key is free.
pub(super) async fn enqueue(
    file: &mut SqliteConnection,
    tasks: &[NewTask],
    now: Timestamp,
) -> Result<Vec<EnqueuedRow>> {
    let mut holders = holders(file, tasks, now).await?;
    let (mut rows, mut new) = (Vec::with_capacity(tasks.len()), Vec::new());
    for task in tasks {
        let key = task.unique.as_ref().map(|unique| unique.key.as_str());
        if let Some(id) = key.and_then(|key| holders.get(key)) {
            rows.push(EnqueuedRow { id: *id, existing: *id != task.id });
            continue;
        }
        if let Some(key) = key {
            holders.insert(key.to_owned(), task.id);
        }
        new.push(written(task, now)?);
        rows.push(EnqueuedRow { id: task.id, existing: false });
    }
    let new = Value::Array(new).to_string();
    sqlx::query(INSERT).bind(new).bind(now.micros()).execute(file).await.map_err(failed)?;
    Ok(rows)
}

/// Who has the unique keys of these tasks; keys that hold no longer are taken away.
async fn holders(file: &mut SqliteConnection, tasks: &[NewTask], now: Timestamp) -> Result<HashMap<String, TaskId>> {
    let keys: Vec<&str> =
        tasks.iter().filter_map(|task| task.unique.as_ref()).map(|unique| unique.key.as_str()).collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(HOLDERS).bind(json!(keys).to_string()).bind(now.micros());
    let rows = rows.fetch_all(&mut *file).await.map_err(failed)?;
    let (mut holders, mut free) = (HashMap::new(), Vec::new());
    for row in rows {
        let id = id_of(&row, 1)?;
        if row.try_get::<bool, _>(2).map_err(failed)? {
            holders.insert(row.try_get(0).map_err(failed)?, id);
        } else {
            free.push(hex(id));
        }
    }
    if !free.is_empty() {
        sqlx::query("UPDATE velithon_tasks SET unique_key = NULL WHERE id IN (SELECT unhex(value) FROM json_each(?))")
            .bind(json!(free).to_string())
            .execute(file)
            .await
            .map_err(failed)?;
    }
    Ok(holders)
}

fn written(task: &NewTask, now: Timestamp) -> Result<Value> {
    let payload = std::str::from_utf8(&task.payload)
        .map_err(|error| StoreError::new(StoreFault::Refused, "the payload is no text").caused_by(error))?;
    let unique = task.unique.as_ref();
    Ok(json!({
        "id": hex(task.id),
        "name": task.name,
        "queue": &*task.queue,
        "priority": task.priority.level(),
        "run_at": task.run_at.on(now).micros(),
        "payload": payload,
        "max_attempts": task.max_attempts,
        "max_crashes": task.max_crashes,
        "timeout_us": micros(task.timeout),
        "unique_key": unique.map(|unique| &unique.key),
        "unique_until": unique.and_then(|unique| unique.within).map_or(0, |within| (now + within).micros()),
        "result_us": task.result.map(micros),
        "trace": task.trace,
    }))
}
