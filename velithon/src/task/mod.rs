//! Work outside of the request: now, later or on a schedule, kept over a crash.

mod argument;
mod broker;
#[cfg(feature = "celery")]
pub mod celery;
mod context;
mod cron;
mod error;
mod id;
mod job;
mod outcome;
mod priority;
mod record;
mod registry;
mod run;
mod settings;
mod state;
pub mod store;
mod tasks;
mod time;

pub use argument::{TaskArgument, TaskResult};
pub use context::TaskContext;
pub(crate) use broker::{open_brokers, served_queues};
pub(crate) use cron::Schedule;
pub use error::TaskError;
pub use id::{TaskId, WorkerId};
pub use job::Job;
#[doc(hidden)]
pub use job::{Payload, PayloadJson, PayloadNone};
pub use outcome::{Backoff, Retry};
pub use priority::{NoPriority, TaskPriority};
#[doc(hidden)]
pub use record::TaskEntry;
pub use record::{CronOptions, Missed, Overlap, TaskOptions, TaskRecord, UniqueBy};
pub(crate) use registry::Registry;
pub use run::RunTask;
#[doc(hidden)]
pub use run::{Kept, Start};
pub(crate) use run::{Place, RunSettings, TaskMetrics, Workers};
pub(crate) use settings::{Mode, StoreKind, TasksSection};
pub use state::{End, NoSuchName, Reason, Standing, TaskState};
pub(crate) use store::{QueueName, open};
pub use store::{MemoryStore, TaskStore};
pub(crate) use tasks::Shared;
pub use tasks::{Enqueued, Tasks};
pub use time::{IntoDuration, Timestamp};

pub use velithon_macros::task;
