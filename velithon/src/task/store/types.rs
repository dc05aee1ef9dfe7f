//! What goes into a store and comes out of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::task::id::{TaskId, WorkerId};
use crate::task::priority::TaskPriority;
use crate::task::state::{End, Reason, TaskState};
use crate::task::time::{Timestamp, micros};

/// The name of a queue, shared.
pub type QueueName = Arc<str>;

/// What becomes of tasks when the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// They are lost with it.
    Ephemeral,
    /// They stay.
    Durable,
}

/// When a task may first run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunAt {
    /// At once.
    Now,
    /// This long after the store kept it, on the store's clock.
    After(Duration),
    /// At this time.
    At(Timestamp),
}

impl RunAt {
    /// The time, for a store whose clock shows `now`.
    pub fn on(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Now => now,
            Self::After(delay) => now + delay,
            Self::At(time) => time,
        }
    }
}

/// A key that no second live task may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    /// The key; it holds across all tasks of the store.
    pub key: String,
    /// How long after the enqueueing it also holds, whatever became of the task.
    pub within: Option<Duration>,
}

/// A task to be kept.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// Its identity.
    pub id: TaskId,
    /// The name on the wire.
    pub name: Cow<'static, str>,
    /// The queue it waits in.
    pub queue: QueueName,
    /// How urgent it is.
    pub priority: TaskPriority,
    /// When it may first run.
    pub run_at: RunAt,
    /// Its arguments: a JSON array.
    pub payload: Bytes,
    /// Starts that may be, at least 1.
    pub max_attempts: u32,
    /// How many lost workers make it dead, at least 1.
    pub max_crashes: u32,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// The key that makes it the only one.
    pub unique: Option<Unique>,
    /// How long its result is kept; nothing for a task without one.
    pub result: Option<Duration>,
    /// The W3C `traceparent` of whoever enqueued it.
    pub trace: Option<String>,
    /// How long after the enqueueing it is of use; only brokers are given tasks that end so.
    pub expires: Option<Duration>,
}

/// What became of one [`NewTask`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnqueuedRow {
    /// The task that is kept: the new one, or the one that has its unique key.
    pub id: TaskId,
    /// Whether it was there before.
    pub existing: bool,
}

/// The right to end one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClaimRef {
    /// The task.
    pub id: TaskId,
    /// The fence of the claim.
    pub fence: i64,
}

/// A task as its worker gets it.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What ends it.
    pub at: ClaimRef,
    /// The name on the wire.
    pub name: Cow<'static, str>,
    /// The queue it comes from.
    pub queue: QueueName,
    /// How urgent it is.
    pub priority: TaskPriority,
    /// Its arguments.
    pub payload: Bytes,
    /// Which start this is, from 1.
    pub attempt: u32,
    /// Starts that may be.
    pub max_attempts: u32,
    /// How long this attempt may take.
    pub timeout: Duration,
    /// How long its result is kept; nothing for a task without one.
    pub result: Option<Duration>,
    /// Results of the steps that earlier attempts finished.
    pub steps: BTreeMap<String, Bytes>,
    /// The W3C `traceparent` of whoever enqueued it.
    pub trace: Option<String>,
    /// When it was enqueued.
    pub enqueued_at: Timestamp,
    /// How long it had been due.
    pub waited: Duration,
}

/// What a claim got.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    /// The tasks.
    pub taken: Vec<Claim>,
    /// In how long the next of the queue is due, as far as the store knows.
    pub next_in: Option<Duration>,
}

/// What became of a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// It is longer now.
    Held,
    /// Somebody else has the task, or it has ended.
    Lost,
    /// It is longer now, and the task is to stop.
    CancelRequested,
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// The text of its error.
    pub error: Option<String>,
    /// What it returned, as JSON.
    pub result: Option<Bytes>,
}

/// The end of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The attempt.
    pub claim: ClaimRef,
    /// What it came to.
    pub outcome: Outcome,
}

/// Whether a holder's word counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It did, now or when it was said before.
    Accepted,
    /// It no longer holds the task; nothing changed.
    Stale,
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Leases that were over.
    pub lost: u64,
    /// Of these, tasks that are dead now.
    pub dead: u64,
    /// Tasks that were removed.
    pub removed: u64,
}

/// What a running task tells about itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// How far it is, from 0 to 1, and in words.
    Told(f64, String),
    /// A step that is done, by name, with its result as JSON.
    Step(String, Bytes),
}

/// How many may start in how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// This many..
    pub count: u32,
    /// ..in this long.
    pub per: Duration,
}

impl Rate {
    /// Microseconds between two starts, at least one.
    pub(crate) fn each(self) -> i64 {
        (micros(self.per) / i64::from(self.count.max(1))).max(1)
    }

    /// How many may start now, with the theoretical arrival time of the generic cell rate algorithm in microseconds.
    pub(crate) fn left(self, arrival: i64, now: Timestamp) -> u32 {
        let ahead = arrival.saturating_sub(now.micros()).max(0);
        u32::try_from((micros(self.per).max(1) - ahead).max(0) / self.each()).unwrap_or(u32::MAX)
    }
}

/// What holds for a queue in the whole cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSettings {
    /// The queue.
    pub name: QueueName,
    /// How many may run at once; nothing for no limit.
    pub concurrency: Option<u32>,
    /// How many may start in how long; nothing for no limit.
    pub rate: Option<Rate>,
}

/// How a queue stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRow {
    /// The queue.
    pub name: QueueName,
    /// Whether nothing is claimed from it.
    pub paused: bool,
    /// Tasks that wait, scheduled ones included.
    pub queued: u64,
    /// Tasks that run.
    pub running: u64,
    /// How long the oldest due task has been due.
    pub oldest_due: Option<Duration>,
}

/// Which tasks are meant; every field that is set narrows.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Only these; empty for any.
    pub ids: Vec<TaskId>,
    /// Only in these states; empty for any.
    pub states: Vec<TaskState>,
    /// Only of this name.
    pub name: Option<String>,
    /// Only of this queue.
    pub queue: Option<String>,
    /// Only with this reason.
    pub reason: Option<Reason>,
    /// Only those behind this id.
    pub after: Option<TaskId>,
    /// At most this many; 0 for 100.
    pub limit: u32,
    /// Whether rows carry the history of their attempts.
    pub runs: bool,
}

impl TaskFilter {
    /// One task.
    pub fn one(id: TaskId) -> Self {
        Self { ids: vec![id], ..Self::default() }
    }

    /// How many rows a page has.
    pub fn page(&self) -> u32 {
        if self.limit == 0 { 100 } else { self.limit }
    }
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The `after` of the next part, if there is one.
    pub next: Option<TaskId>,
}

/// A task as a person sees it.
#[derive(Debug, Clone)]
pub struct TaskRow {
    /// Its identity.
    pub id: TaskId,
    /// The name on the wire.
    pub name: String,
    /// The queue it waits in.
    pub queue: String,
    /// How urgent it is.
    pub priority: TaskPriority,
    /// Where it stands.
    pub state: TaskState,
    /// When it may be claimed.
    pub run_at: Timestamp,
    /// Its arguments, as JSON.
    pub payload: Bytes,
    /// Starts so far that count.
    pub attempt: u32,
    /// Starts that may be.
    pub max_attempts: u32,
    /// Workers that were lost with it.
    pub crashes: u32,
    /// The fence of the last claim.
    pub fence: i64,
    /// The worker that has it, or had it last.
    pub worker: Option<WorkerId>,
    /// Whether its worker was asked to stop it.
    pub cancel_requested: bool,
    /// How far it is, from 0 to 1, and in words.
    pub progress: Option<(f64, String)>,
    /// What it returned, as JSON.
    pub result: Option<Bytes>,
    /// The text of the last error.
    pub error: Option<String>,
    /// Why it is where it is.
    pub reason: Option<Reason>,
    /// When it was enqueued.
    pub enqueued_at: Timestamp,
    /// When it was last claimed.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Its attempts, the first one first; empty unless they were asked for.
    pub runs: Vec<RunRow>,
}

/// One attempt as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// The fence of its claim.
    pub fence: i64,
    /// Who had it.
    pub worker: WorkerId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What it came to: `done`, `failed`, `dead`, `cancelled`, `unknown`, `lost` or `released`.
    pub outcome: Option<Cow<'static, str>>,
    /// The text of its error.
    pub error: Option<String>,
}

impl End {
    /// What an attempt that ended so is called in its history.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed { .. } => "failed",
            Self::Dead(_) => "dead",
            Self::Cancelled => "cancelled",
            Self::Unknown { .. } => "unknown",
        }
    }
}

/// What an operator asks of a store.
#[derive(Debug, Clone)]
pub enum AdminAction {
    /// Calls tasks off: those that wait at once, those that run by asking them.
    Cancel(TaskFilter),
    /// Puts dead and cancelled tasks back into their queues, with every attempt before them.
    Retry(TaskFilter),
    /// Removes tasks that have ended, and ones that wait; a running one stays.
    Purge(TaskFilter),
    /// Stops claims from a queue, or lets them go on.
    Pause(QueueName, bool),
    /// Sets what holds for a queue in the whole cluster.
    Queue(QueueSettings),
}

/// How long ended tasks are kept where nothing else is said.
pub mod retention {
    use std::time::Duration;

    /// Done and cancelled tasks.
    pub const ENDED: Duration = Duration::from_secs(24 * 3600);
    /// Dead tasks.
    pub const DEAD: Duration = Duration::from_secs(30 * 24 * 3600);
}
