//! A row as Redis has it, and as a person sees it.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;

use crate::task::celery::envelope::Message;
use crate::task::id::{TaskId, WorkerId};
use crate::task::priority::TaskPriority;
use crate::task::store::{Result, RunRow, StoreError, StoreFault, TaskRow};
use crate::task::time::Timestamp;

/// The fields of a hash.
pub(super) type Fields = HashMap<String, Vec<u8>>;

/// An attempt as `claim.lua` and `close_run` note it.
#[derive(Deserialize)]
struct Run {
    fence: String,
    worker: String,
    started: String,
    ended: Option<String>,
    outcome: Option<String>,
    error: Option<String>,
}

/// An id as text.
pub(super) fn id(text: &str) -> Result<TaskId> {
    text.parse().map_err(|cause| {
        StoreError::new(StoreFault::Refused, format!("the store holds the id `{text}`, which is none")).caused_by(cause)
    })
}

/// A row, unless there is none, or what it says is nothing that is written here.
pub(super) fn read(id: TaskId, fields: &Fields, runs: &[Vec<u8>], now: Timestamp) -> Option<TaskRow> {
    if fields.contains_key("purged") {
        return None;
    }
    let field = Row(fields);
    let finished_at = field.time("finished_at");
    let kept = field.number("result_for").map(|kept| Duration::from_micros(kept.unsigned_abs()));
    let is_kept = finished_at.zip(kept).is_some_and(|(finished, kept)| now < finished + kept);
    Some(TaskRow {
        id,
        name: field.text("name")?,
        queue: field.text("queue")?,
        priority: TaskPriority::from_level(field.number("level")?),
        state: field.text("state")?.parse().ok()?,
        run_at: field.time("run_at").unwrap_or_default(),
        payload: field.payload(),
        attempt: field.small("attempt"),
        max_attempts: field.small("max_attempts"),
        crashes: field.small("crashes"),
        fence: field.number("fence").unwrap_or(0),
        worker: field.text("worker").and_then(|text| worker(&text)),
        cancel_requested: field.number("cancel") == Some(1),
        progress: fields.get("progress").and_then(|text| serde_json::from_slice(text).ok()),
        result: fields.get("result").filter(|_| is_kept).cloned().map(Bytes::from),
        error: field.text("error"),
        reason: field.text("reason").and_then(|text| text.parse().ok()),
        enqueued_at: field.time("enqueued_at").unwrap_or_default(),
        started_at: field.time("started_at"),
        finished_at,
        runs: runs.iter().filter_map(|text| run(text)).collect(),
    })
}

struct Row<'f>(&'f Fields);

impl Row<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| String::from_utf8_lossy(value).into_owned())
    }

    fn number(&self, name: &str) -> Option<i64> {
        std::str::from_utf8(self.0.get(name)?).ok()?.parse().ok()
    }

    fn small(&self, name: &str) -> u32 {
        self.number(name).and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
    }

    fn time(&self, name: &str) -> Option<Timestamp> {
        self.number(name).map(Timestamp::from_micros)
    }

    /// The arguments; of a message that could not be run, what stands in it where an array would.
    fn payload(&self) -> Bytes {
        let own = self.0.get("payload").cloned().unwrap_or_default();
        let message = || Message::from_json(self.0.get("message")?).ok();
        match own.as_slice() {
            b"[]" => message().map_or_else(|| own.into(), |message| Bytes::from(message.body.args.get().to_owned())),
            _ => own.into(),
        }
    }
}

fn worker(text: &str) -> Option<WorkerId> {
    text.parse::<uuid::Uuid>().ok().map(WorkerId::from)
}

fn run(text: &[u8]) -> Option<RunRow> {
    let run: Run = serde_json::from_slice(text).ok()?;
    let time = |text: &str| text.parse().ok().map(Timestamp::from_micros);
    Some(RunRow {
        fence: run.fence.parse().ok()?,
        worker: worker(&run.worker)?,
        started_at: time(&run.started)?,
        ended_at: run.ended.as_deref().and_then(time),
        outcome: run.outcome.map(Into::into),
        error: run.error,
    })
}
