//! Rows on their way into a statement: texts of JSON.

use serde::Serialize;
use uuid::Uuid;

use crate::task::store::{ClaimRef, Ending, NewTask, Outcome, Result, RunAt, StoreError, StoreFault};
use crate::task::state::End;
use crate::task::time::micros;

/// Times this far from now are as good as never, and nothing overflows when they are added to a time.
const LONGEST: i64 = 100 * 365 * 24 * 3600 * 1_000_000;

/// How many rows one statement takes.
pub(super) const BATCH: usize = 500;

/// A value as a text of JSON.
pub(super) fn text(value: &impl Serialize) -> Result<String> {
    let refused = |error| StoreError::new(StoreFault::Refused, "a task cannot be written as JSON").caused_by(error);
    serde_json::to_string(value).map_err(refused)
}

/// Rows as texts of JSON, as many as one statement takes in each.
pub(super) fn batches<T: Serialize>(rows: impl IntoIterator<Item = T>) -> Result<Vec<String>> {
    rows.into_iter().collect::<Vec<_>>().chunks(BATCH).map(|batch| text(&batch)).collect()
}

/// A task to be kept.
#[derive(Serialize)]
pub(super) struct TaskJson<'t> {
    place: usize,
    id: Uuid,
    name: &'t str,
    queue: &'t str,
    priority: u8,
    at: Option<i64>,
    after: i64,
    payload: &'t str,
    max_attempts: u32,
    max_crashes: u32,
    timeout_us: i64,
    unique_key: Option<&'t str>,
    unique_us: Option<i64>,
    result_us: Option<i64>,
    trace: Option<&'t str>,
}

impl<'t> TaskJson<'t> {
    /// # Errors
    /// When a text holds a NUL, which no column takes, or the payload is no text.
    pub(super) fn new(place: usize, task: &'t NewTask) -> Result<Self> {
        let unique = task.unique.as_ref();
        let unique_key = unique.map(|unique| unique.key.as_str());
        let texts = [Some(&*task.name), Some(&*task.queue), unique_key, task.trace.as_deref()];
        if texts.into_iter().flatten().any(|text| text.contains('\0')) {
            let text = format!("the task `{}` cannot be kept: a NUL is in its name, queue, trace or unique key", task.name);
            return Err(StoreError::new(StoreFault::Refused, text));
        }
        Ok(Self {
            place,
            id: task.id.uuid(),
            name: &task.name,
            queue: &task.queue,
            priority: task.priority.level(),
            at: if let RunAt::At(time) = task.run_at { Some(time.micros()) } else { None },
            after: if let RunAt::After(delay) = task.run_at { length(delay) } else { 0 },
            payload: utf8(&task.payload)?,
            max_attempts: task.max_attempts,
            max_crashes: task.max_crashes,
            timeout_us: length(task.timeout),
            unique_key,
            unique_us: unique.and_then(|unique| unique.within).map(length),
            result_us: task.result.map(length),
            trace: task.trace.as_deref(),
        })
    }
}

/// A claim that is renewed or given back.
#[derive(Serialize)]
pub(super) struct ClaimJson {
    place: usize,
    id: Uuid,
    fence: i64,
}

impl ClaimJson {
    pub(super) fn new((place, claim): (usize, &ClaimRef)) -> Self {
        Self { place, id: claim.id.uuid(), fence: claim.fence }
    }
}

/// An attempt that ended.
#[derive(Serialize)]
pub(super) struct EndingJson<'e> {
    #[serde(flatten)]
    claim: ClaimJson,
    kind: &'static str,
    retry_us: i64,
    reason: Option<&'static str>,
    error: Option<String>,
    result: Option<&'e str>,
}

impl<'e> EndingJson<'e> {
    /// # Errors
    /// When the result is no text.
    pub(super) fn new(place: usize, ending: &'e Ending) -> Result<Self> {
        let Outcome { end, error, result } = &ending.outcome;
        Ok(Self {
            claim: ClaimJson::new((place, &ending.claim)),
            kind: end.name(),
            retry_us: match end {
                End::Failed { retry_in } | End::Unknown { retry_in } => length(*retry_in),
                _ => 0,
            },
            reason: if let End::Dead(reason) = end { Some(reason.name()) } else { None },
            // An error may say anything, and must not keep its task from ending.
            error: error.as_ref().map(|error| error.replace('\0', "\u{fffd}")),
            result: result.as_deref().map(utf8).transpose()?,
        })
    }
}

/// A length of time in microseconds.
pub(super) fn length(time: std::time::Duration) -> i64 {
    micros(time).min(LONGEST)
}

pub(super) fn utf8(bytes: &[u8]) -> Result<&str> {
    let refused = |error| StoreError::new(StoreFault::Refused, "a payload or result is not JSON").caused_by(error);
    std::str::from_utf8(bytes).map_err(refused)
}
