//! What can go wrong when a task is enqueued or asked about.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::id::TaskId;
use super::store::{StoreError, StoreFault};
use crate::config::UnitError;
use crate::reply::Problem;

/// What went wrong with the enqueueing of a task, or with a question about one.
#[derive(Debug)]
#[non_exhaustive]
pub enum TaskError {
    /// The store did not do it.
    Store(StoreError),
    /// The transaction is one of another database than the store's.
    OtherDatabase(StoreError),
    /// The arguments could not be written as JSON.
    Encode {
        /// The task.
        task: &'static str,
        /// Why.
        cause: serde_json::Error,
    },
    /// The arguments are more than the task's `payload` allows.
    TooLarge {
        /// The task.
        task: &'static str,
        /// Bytes that there are.
        bytes: usize,
        /// Bytes that may be.
        limit: usize,
    },
    /// A text that is no duration.
    Duration(UnitError),
    /// There is no such task, or no longer.
    NoSuchTask(TaskId),
    /// The task has not ended within the time the caller waits.
    Timeout(Duration),
    /// The task ended without a result; the text is its error.
    Failed(String),
    /// The task was called off.
    Cancelled,
    /// The task ended well, and its result is not kept: it has no `result`, or its time is over.
    Expired,
    /// The result is not of the type that was asked for.
    Decode(serde_json::Error),
    /// No worker of this application serves the queue.
    NoQueue(String),
    /// The task was to expire, and goes through no broker.
    NeverExpires(String),
    /// The task belongs to a broker that this application does not have.
    NoBroker(&'static str),
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) | Self::OtherDatabase(error) => error.fmt(f),
            Self::Encode { task, cause } => write!(f, "the arguments of `{task}` cannot be written as JSON: {cause}"),
            Self::TooLarge { task, bytes, limit } => {
                write!(f, "the arguments of `{task}` are {bytes} bytes, and its `payload` allows {limit}")
            }
            Self::Duration(error) => error.fmt(f),
            Self::NoSuchTask(id) => write!(f, "there is no task {id}"),
            Self::Timeout(wait) => {
                write!(f, "the task has not ended within {}", crate::config::duration::format(*wait))
            }
            Self::Failed(error) => write!(f, "the task failed: {error}"),
            Self::Cancelled => f.write_str("the task was cancelled"),
            Self::Expired => f.write_str("the task's result is not kept"),
            Self::Decode(error) => write!(f, "the task's result is of another type: {error}"),
            Self::NoQueue(name) => write!(
                f,
                "no worker of this application serves the queue `{name}`; a `[tasks.queues.{name}]` in the configuration makes it known"
            ),
            Self::NeverExpires(name) => {
                write!(f, "`{name}` goes through no broker, and what is kept here does not expire")
            }
            Self::NoBroker(name) => write!(f, "this application has no broker `{name}`"),
        }
    }
}

impl TaskError {
    /// What a client is told when `?` makes it the answer to a request: where the task is the request's own business.
    fn problem(&self) -> Problem {
        match self {
            Self::NoSuchTask(_) => Problem::not_found().detail(self.to_string()),
            Self::Cancelled | Self::Expired => Problem::new(StatusCode::GONE).detail(self.to_string()),
            Self::Timeout(_) => Problem::new(StatusCode::GATEWAY_TIMEOUT),
            Self::Store(error) if error.is_passing() => Problem::new(StatusCode::SERVICE_UNAVAILABLE),
            _ => Problem::internal(),
        }
    }
}

impl std::error::Error for TaskError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        crate::reply::__private::answer(|| self.problem());
        match self {
            Self::Store(error) | Self::OtherDatabase(error) => std::error::Error::source(error),
            _ => None,
        }
    }
}

impl From<StoreError> for TaskError {
    fn from(error: StoreError) -> Self {
        match error.fault() {
            StoreFault::OtherDatabase => Self::OtherDatabase(error),
            _ => Self::Store(error),
        }
    }
}
