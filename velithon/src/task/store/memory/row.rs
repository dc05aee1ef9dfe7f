//! One task as the memory store keeps it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use smallvec::SmallVec;

use crate::task::id::{TaskId, WorkerId};
use crate::task::priority::TaskPriority;
use crate::task::state::{Standing, TaskState};
use crate::task::store::{Claim, ClaimRef, NewTask, QueueName, RunRow, TaskFilter, TaskRow};
use crate::task::time::Timestamp;

#[derive(Debug)]
pub(super) struct Row {
    pub(super) standing: Standing,
    pub(super) name: Cow<'static, str>,
    pub(super) queue: QueueName,
    pub(super) priority: TaskPriority,
    payload: Bytes,
    timeout: Duration,
    /// Its unique key, and until when the key holds beyond the task's life.
    pub(super) unique: Option<(String, Timestamp)>,
    keep_result: Option<Duration>,
    trace: Option<String>,
    worker: Option<WorkerId>,
    pub(super) steps: BTreeMap<String, Bytes>,
    pub(super) progress: Option<(f64, String)>,
    pub(super) result: Option<Bytes>,
    pub(super) error: Option<String>,
    enqueued_at: Timestamp,
    started_at: Option<Timestamp>,
    pub(super) finished_at: Option<Timestamp>,
    runs: SmallVec<[RunRow; 1]>,
}

impl Row {
    pub(super) fn new(task: &NewTask, now: Timestamp) -> Self {
        let standing = Standing {
            state: TaskState::Queued,
            run_at: task.run_at.on(now),
            attempt: 0,
            max_attempts: task.max_attempts,
            crashes: 0,
            max_crashes: task.max_crashes,
            fence: 0,
            lease_until: now,
            cancel_requested: false,
            reason: None,
        };
        let unique = task.unique.as_ref();
        Self {
            standing,
            name: task.name.clone(),
            queue: QueueName::clone(&task.queue),
            priority: task.priority,
            payload: task.payload.clone(),
            timeout: task.timeout,
            unique: unique.map(|one| (one.key.clone(), one.within.map_or(now, |within| now + within))),
            keep_result: task.result,
            trace: task.trace.clone(),
            worker: None,
            steps: BTreeMap::new(),
            progress: None,
            result: None,
            error: None,
            enqueued_at: now,
            started_at: None,
            finished_at: None,
            runs: SmallVec::new(),
        }
    }

    /// Whether no other task may have its unique key.
    pub(super) fn holds_key(&self, now: Timestamp) -> bool {
        self.standing.state.is_live() || self.unique.as_ref().is_some_and(|(_, until)| *until > now)
    }

    /// Gives it to a worker.
    pub(super) fn claim(&mut self, id: TaskId, worker: WorkerId, lease: Duration, now: Timestamp) -> Claim {
        let waited = now.since(self.standing.run_at);
        self.standing = self.standing.claimed(now, lease);
        (self.worker, self.started_at) = (Some(worker), Some(now));
        let fence = self.standing.fence;
        self.runs.push(RunRow { fence, worker, started_at: now, ended_at: None, outcome: None, error: None });
        Claim {
            at: ClaimRef { id, fence },
            name: self.name.clone(),
            queue: QueueName::clone(&self.queue),
            priority: self.priority,
            payload: self.payload.clone(),
            attempt: self.standing.attempt,
            max_attempts: self.standing.max_attempts,
            timeout: self.timeout,
            result: self.keep_result,
            steps: self.steps.clone(),
            trace: self.trace.clone(),
            enqueued_at: self.enqueued_at,
            waited,
        }
    }

    /// Notes in the history how the attempt of `fence` ended.
    pub(super) fn close_run(&mut self, outcome: &'static str, error: Option<&str>, now: Timestamp) {
        let fence = self.standing.fence;
        if let Some(run) = self.runs.last_mut().filter(|run| run.fence == fence) {
            run.ended_at = Some(now);
            run.outcome = Some(Cow::Borrowed(outcome));
            run.error = error.map(str::to_owned);
        }
    }

    /// Whether the holder of `fence` has ended its attempt already.
    pub(super) fn was_ended_by(&self, fence: i64) -> bool {
        let run = self.runs.iter().rev().find(|run| run.fence == fence);
        run.and_then(|run| run.outcome.as_deref()).is_some_and(|outcome| !matches!(outcome, "lost" | "released"))
    }

    pub(super) fn admitted(&self, id: TaskId, filter: &TaskFilter) -> bool {
        (filter.ids.is_empty() || filter.ids.contains(&id))
            && (filter.states.is_empty() || filter.states.contains(&self.standing.state))
            && filter.name.as_ref().is_none_or(|name| self.name == name.as_str())
            && filter.queue.as_ref().is_none_or(|queue| *self.queue == **queue)
            && filter.reason.is_none_or(|reason| self.standing.reason == Some(reason))
    }

    /// Whether it ended so long ago that it is forgotten; `keep` is how long its kind is kept at least.
    pub(super) fn is_over(&self, keep: Duration, now: Timestamp) -> bool {
        let keep = keep.max(self.keep_result.unwrap_or_default());
        self.finished_at.is_none_or(|finished| finished + keep <= now)
    }

    fn kept_result(&self, now: Timestamp) -> Option<Bytes> {
        let until = self.finished_at? + self.keep_result?;
        self.result.clone().filter(|_| now < until)
    }

    pub(super) fn shown(&self, id: TaskId, runs: bool, now: Timestamp) -> TaskRow {
        let standing = self.standing;
        TaskRow {
            id,
            name: self.name.clone().into_owned(),
            queue: self.queue.to_string(),
            priority: self.priority,
            state: standing.state,
            run_at: standing.run_at,
            payload: self.payload.clone(),
            attempt: standing.attempt,
            max_attempts: standing.max_attempts,
            crashes: standing.crashes,
            fence: standing.fence,
            worker: self.worker,
            cancel_requested: standing.cancel_requested,
            progress: self.progress.clone(),
            result: self.kept_result(now),
            error: self.error.clone(),
            reason: standing.reason,
            enqueued_at: self.enqueued_at,
            started_at: self.started_at,
            finished_at: self.finished_at,
            runs: if runs { self.runs.to_vec() } else { Vec::new() },
        }
    }
}
