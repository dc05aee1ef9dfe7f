//! What `#[task]` writes about a function.

use std::time::Duration;

use super::outcome::Backoff;
use super::priority::TaskPriority;
use super::run::RunTask;
use crate::inject::Dependency;
use crate::record::{Origin, inventory};

/// One function marked `#[task]`.
#[derive(Debug)]
pub struct TaskRecord {
    /// The name on the wire, the same in every process that enqueues or runs it.
    pub name: &'static str,
    /// Names it had before, under which it still may wait.
    pub aliases: &'static [&'static str],
    /// The names of its payload arguments, in the order of the payload.
    pub arguments: &'static [&'static str],
    /// What its attribute says.
    pub options: TaskOptions,
    /// Runs it; nothing for a remote task.
    pub run: Option<RunTask>,
    /// What it asks the application for.
    pub dependencies: &'static [Dependency],
    /// Where it was written.
    pub origin: Origin,
}

/// The keys of `#[task]`.
#[derive(Debug, Clone, Copy)]
pub struct TaskOptions {
    /// The queue it waits in.
    pub queue: &'static str,
    /// How urgent it is.
    pub priority: TaskPriority,
    /// Attempts after the first.
    pub retries: u32,
    /// How long its attempts wait for each other.
    pub backoff: Backoff,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How many lost workers make it dead.
    pub max_crashes: u32,
    /// Which arguments make it the only one.
    pub unique: Option<UniqueBy>,
    /// How long its result is kept.
    pub result: Option<Duration>,
    /// The greatest payload, in bytes.
    pub payload: usize,
    /// The schedule.
    pub cron: Option<CronOptions>,
    /// The broker that carries it; the store without one.
    pub broker: Option<&'static str>,
}

impl TaskOptions {
    /// What holds where the attribute says nothing.
    pub const DEFAULT: Self = Self {
        queue: "default",
        priority: TaskPriority::Normal,
        retries: 20,
        backoff: Backoff::DEFAULT,
        timeout: Duration::from_secs(300),
        max_crashes: 3,
        unique: None,
        result: None,
        payload: 256 * 1024,
        cron: None,
        broker: None,
    };
}

/// `unique(..)`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UniqueBy {
    /// The positions of the arguments; empty for all of them.
    pub arguments: &'static [usize],
    /// How long after the enqueueing it also holds.
    pub within: Option<Duration>,
}

/// `cron = ".."` and what goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CronOptions {
    /// Five fields, or six with seconds first; the macro has read it.
    pub pattern: &'static str,
    /// The name of a time zone, as the IANA has it.
    pub zone: &'static str,
    /// What becomes of ticks at which no process ran.
    pub missed: Missed,
    /// What becomes of a tick while the task of the last one is not done.
    pub overlap: Overlap,
}

/// `missed = ".."`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// They are left out.
    Skip,
    /// One run stands for all of them, if the last is not older than an hour.
    RunOnce,
    /// Each is made up for, up to the last hundred.
    RunAll,
}

/// `overlap = ".."`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// The tick is left out.
    Skip,
    /// It waits like any other task.
    Queue,
}

/// What is submitted: jobs name the record as well.
#[doc(hidden)]
#[derive(Debug)]
pub struct TaskEntry(pub &'static TaskRecord);

inventory::collect!(TaskEntry);
