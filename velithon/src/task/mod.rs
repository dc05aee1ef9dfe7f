//! Work outside of the request: now, later or on a schedule, kept over a crash.
//!
//! `state` says what may become of a task, a [`TaskStore`] keeps it, `run` claims and ends it. None of them knows a route or
//! a configuration file; `settings` and the plan bring them together.
#![doc = include_str!("../docs/tasks.md")]

mod argument;
mod background;
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
#[doc(hidden)]
pub use background::BackgroundWork;
pub use background::{Background, BackgroundFull};
pub(crate) use broker::{open_brokers, served_queues};
pub use context::TaskContext;
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
pub use run::{Kept, ResultJson, ResultNone, ResultOf, Start};
pub(crate) use run::{Place, TaskMetrics, Workers};
pub(crate) use settings::{Mode, StoreKind, TasksSection};
pub use state::{End, NoSuchName, Reason, Standing, TaskState};
pub use store::{MemoryStore, TaskStore};
pub(crate) use store::{QueueName, open};
pub(crate) use tasks::Shared;
pub use tasks::{Enqueued, Tasks};
pub use time::{IntoDuration, Timestamp};

pub use velithon_macros::task;
