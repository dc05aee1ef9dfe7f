//! A call that is yet to be made: what `send_welcome::job(7)` returns.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::TaskError;
use super::id::TaskId;
use super::priority::TaskPriority;
use super::record::{TaskOptions, TaskRecord, UniqueBy};
use super::store::{NewTask, QueueName, RunAt, Unique};
use super::time::{IntoDuration, Timestamp};
use crate::reply::Error;

/// A task with its arguments, to be enqueued; `T` is what it returns.
///
/// The methods narrow what the attribute of the task says, for this one call.
#[must_use = "a job does nothing until it is enqueued"]
pub struct Job<T> {
    record: &'static TaskRecord,
    payload: Result<Bytes, TaskError>,
    /// The key of `unique(by = ..)`, made of the arguments.
    unique: Option<Unique>,
    queue: Option<QueueName>,
    priority: TaskPriority,
    run_at: RunAt,
    expires: Option<Duration>,
    trace: Option<String>,
    returns: PhantomData<fn() -> T>,
}

impl<T> Job<T> {
    /// A call of the task that `record` is about, with its arguments as a tuple.
    pub(crate) fn new(record: &'static TaskRecord, arguments: &impl Serialize) -> Self {
        let payload = payload(record, arguments);
        let of = |by: UniqueBy| Unique {
            key: format!("{}({})", record.name, key(payload.as_deref().unwrap_or_default(), by.arguments)),
            within: by.within,
        };
        let unique = record.options.unique.map(of);
        let TaskOptions { priority, .. } = record.options;
        let (queue, run_at, expires, trace) = (None, RunAt::Now, None, None);
        Self { record, payload, unique, queue, priority, run_at, expires, trace, returns: PhantomData }
    }

    /// How urgent it is.
    pub fn priority(mut self, priority: TaskPriority) -> Self {
        self.priority = priority;
        self
    }

    /// Another queue than the task's own.
    pub fn queue(mut self, queue: impl Into<QueueName>) -> Self {
        self.queue = Some(queue.into());
        self
    }

    /// Runs it this long after it was enqueued, at the earliest: a `Duration`, or a text such as `"10m"`.
    pub fn delay(mut self, delay: impl IntoDuration) -> Self {
        match delay.into_duration() {
            Ok(delay) => self.run_at = RunAt::After(delay),
            Err(error) => self.payload = Err(error),
        }
        self
    }

    /// Runs it at this time, at the earliest.
    pub fn at(mut self, time: impl Into<Timestamp>) -> Self {
        self.run_at = RunAt::At(time.into());
        self
    }

    /// Of no use any more this long after it was enqueued: whoever takes it later calls it off.
    ///
    /// For tasks that go through a broker; what the application keeps itself does not expire.
    pub fn expires(mut self, within: impl IntoDuration) -> Self {
        match within.into_duration() {
            Ok(within) => self.expires = Some(within),
            Err(error) => self.payload = Err(error),
        }
        self
    }

    /// Keeps it only when no other task of this name and key waits or runs.
    pub fn unique(mut self, key: impl fmt::Display) -> Self {
        let within = self.unique.and_then(|unique| unique.within);
        self.unique = Some(Unique { key: format!("{}:{key}", self.record.name), within });
        self
    }

    /// The W3C `traceparent` of what it belongs to; its run is linked to it.
    pub fn trace(mut self, traceparent: impl Into<String>) -> Self {
        self.trace = Some(traceparent.into());
        self
    }

    /// The name of the task on the wire.
    pub fn name(&self) -> &'static str {
        self.record.name
    }

    /// Whether the call names a queue, or the task does.
    pub(crate) fn has_queue(&self) -> bool {
        self.queue.is_some() || self.record.options.queue != TaskOptions::DEFAULT.queue
    }

    pub(crate) fn record(&self) -> &'static TaskRecord {
        self.record
    }

    /// The task to be kept, with a new id.
    ///
    /// # Errors
    /// What was wrong with the arguments or with a delay.
    pub(crate) fn into_task(self) -> Result<NewTask, TaskError> {
        let TaskOptions { queue, retries, max_crashes, timeout, result, .. } = self.record.options;
        Ok(NewTask {
            id: TaskId::new(),
            name: Cow::Borrowed(self.record.name),
            queue: self.queue.unwrap_or_else(|| queue.into()),
            priority: self.priority,
            run_at: self.run_at,
            payload: self.payload?,
            max_attempts: retries.saturating_add(1),
            max_crashes: max_crashes.max(1),
            timeout,
            unique: self.unique,
            result,
            trace: self.trace,
            expires: self.expires,
        })
    }
}

/// The arguments as JSON, within the task's bound.
fn payload(record: &TaskRecord, arguments: &impl Serialize) -> Result<Bytes, TaskError> {
    let payload = serde_json::to_vec(arguments).map_err(|cause| TaskError::Encode { task: record.name, cause })?;
    let limit = record.options.payload;
    if payload.len() > limit {
        return Err(TaskError::TooLarge { task: record.name, bytes: payload.len(), limit });
    }
    Ok(payload.into())
}

impl<T> fmt::Debug for Job<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("task", &self.record.name).field("payload", &self.payload).finish_non_exhaustive()
    }
}

/// The payload arguments of a task as a tuple, by method resolution: one that cannot be written or read is told once,
/// at its type, by [`TaskArgument`](super::TaskArgument).
#[doc(hidden)]
pub struct Payload<A>(PhantomData<fn(&A)>);

impl<A> Payload<A> {
    /// Asks by method resolution.
    pub const NEW: Self = Self(PhantomData);
}

/// Found first: all arguments are written as JSON and read from it.
#[doc(hidden)]
pub trait PayloadJson<A> {
    fn call<T>(&self, record: &'static TaskRecord, arguments: A) -> Job<T>;
    fn read(&self, payload: &[u8]) -> Result<A, Error>;
}

impl<A: Serialize + DeserializeOwned> PayloadJson<A> for &Payload<A> {
    fn call<T>(&self, record: &'static TaskRecord, arguments: A) -> Job<T> {
        Job::new(record, &arguments)
    }

    fn read(&self, payload: &[u8]) -> Result<A, Error> {
        serde_json::from_slice(payload).map_err(|error| Undecodable(error).into())
    }
}

/// Found when one is not: the assertion at its type already is the one error.
#[doc(hidden)]
pub trait PayloadNone<A> {
    fn call<T>(&self, record: &'static TaskRecord, arguments: A) -> Job<T>;
    fn read(&self, payload: &[u8]) -> Result<A, Error>;
}

impl<A> PayloadNone<A> for Payload<A> {
    fn call<T>(&self, record: &'static TaskRecord, _: A) -> Job<T> {
        Job::new(record, &[(); 0])
    }

    fn read(&self, _: &[u8]) -> Result<A, Error> {
        Err(Error::internal("arguments that cannot be read"))
    }
}

/// The payload is not what the task takes: another attempt is of no use.
#[derive(Debug)]
pub(crate) struct Undecodable(serde_json::Error);

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the payload is not what the task takes: {}", self.0)
    }
}

impl std::error::Error for Undecodable {}

/// The chosen arguments of a payload as one text; all of them when none is chosen.
fn key(payload: &[u8], positions: &[usize]) -> String {
    let all: Vec<serde_json::Value> = serde_json::from_slice(payload).unwrap_or_default();
    let chosen = all.iter().enumerate().filter(|(at, _)| positions.is_empty() || positions.contains(at));
    chosen.map(|(_, value)| value.to_string()).collect::<Vec<_>>().join(",")
}

/// A task that a schedule enqueues; `alone` leaves it out while the one before is not done.
pub(crate) fn scheduled(record: &'static TaskRecord, alone: bool) -> Result<NewTask, TaskError> {
    let mut task = Job::<()>::new(record, &[(); 0]).into_task()?;
    task.unique = alone.then(|| Unique { key: format!("{} (schedule)", record.name), within: None });
    Ok(task)
}
