//! Running what was enqueued: claim, run, end; leases, sweeps and schedules beside it.
//!
//! ```text
//! pool (one per queue) --claim--> attempt (one per task) --ending--> completer --complete--> store
//!                                    |
//!                              held (what this process has) <--- lease thread: renew, watch
//! ```

mod attempt;
mod completer;
mod cron;
mod gauge;
mod held;
mod lease;
mod metrics;
mod pool;
mod start;
mod sweep;
mod wake;
mod workers;

pub(crate) use metrics::TaskMetrics;
pub use start::{Kept, ResultJson, ResultNone, ResultOf, RunTask, Start};
pub(crate) use workers::{Engine, Place, RunSettings, Served, Workers};
