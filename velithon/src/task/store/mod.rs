//! Where tasks are kept: one contract, which a suite of tests holds every store to.
//!
//! Every call may be repeated without harm, decides by the store's own clock, and a holder's calls carry the fence of
//! its claim. [`memory`] is the reference.

#[cfg(test)]
pub(crate) mod conformance;
mod error;
pub mod memory;
mod open;
#[cfg(any(feature = "tasks-sqlite", feature = "tasks-postgres"))]
mod sql;
#[cfg(any(feature = "tasks-sqlite", feature = "tasks-postgres"))]
mod transaction;
mod types;
pub(crate) mod wakes;

use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use super::id::WorkerId;
use super::time::Timestamp;

pub use error::{StoreError, StoreFault};
pub use memory::MemoryStore;
pub(crate) use open::open;
#[cfg(any(feature = "tasks-sqlite", feature = "tasks-postgres"))]
pub use sql::SqlStore;
#[cfg(any(feature = "tasks-sqlite", feature = "tasks-postgres"))]
pub use transaction::{TaskTransaction, TxEnqueue, TxHandle};
pub use types::{
    Accepted, AdminAction, Claim, ClaimRef, Claims, Durability, Ending, EnqueuedRow, NewTask, Outcome, Page, Progress,
    QueueName, QueueRow, QueueSettings, Rate, Renewal, RunAt, RunRow, Swept, TaskFilter, TaskRow, Unique, retention,
};

/// What a store answers.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A store of tasks.
///
/// No call trusts its caller's clock or memory: the time is the store's, and whoever ends, renews or gives back a task
/// names the fence of its claim. A caller that is too late changes nothing and is told so.
#[async_trait]
pub trait TaskStore: Send + Sync + 'static {
    /// The name in the configuration: `memory`, `sqlite`, `postgres`.
    fn kind(&self) -> &'static str;

    /// What becomes of tasks when the process ends.
    fn durability(&self) -> Durability;

    /// The store's clock.
    async fn now(&self) -> Result<Timestamp>;

    /// Keeps new tasks, all or none of them; the answers stand in the order of `tasks`.
    ///
    /// A task whose unique key is taken is not kept: its row names the one that has the key, and the others are kept.
    /// Keeping a task of an id that is there already is no second task.
    async fn enqueue(&self, tasks: &[NewTask]) -> Result<Vec<EnqueuedRow>>;

    /// Gives up to `n` due tasks of a queue to a worker, each for the length of `lease`.
    ///
    /// Takes the least `run_at + level · AGEING` first, among the tasks at the head of each priority. A paused queue, and
    /// one that is at its limits for the whole cluster, gives fewer.
    async fn claim(&self, queue: &QueueName, n: u32, worker: WorkerId, lease: Duration) -> Result<Claims>;

    /// Lengthens leases; the answers stand in the order of `claims`.
    async fn renew(&self, claims: &[ClaimRef], lease: Duration) -> Result<Vec<Renewal>>;

    /// Ends attempts; the answers stand in the order of `endings`, and one that is stale harms no other.
    ///
    /// The same ending sent twice is accepted twice: the first reply may have been lost.
    async fn complete(&self, endings: &[Ending]) -> Result<Vec<Accepted>>;

    /// Gives tasks back unfinished, without counting the attempt; what is no longer held is left alone.
    async fn release(&self, claims: &[ClaimRef]) -> Result<()>;

    /// Puts up to `limit` tasks whose lease is over back into their queue, or among the dead, and removes up to
    /// `limit` that are kept no longer. Any worker may call it.
    async fn sweep(&self, limit: u32) -> Result<Swept>;

    /// Notes that a schedule was due at `tick`, and keeps its task; whether this call was the first to say so.
    ///
    /// Without a task it only notes the time, from which missed ticks count.
    async fn cron_tick(&self, name: &str, tick: Timestamp, task: Option<NewTask>) -> Result<bool>;

    /// The last tick that was noted for a schedule.
    async fn last_tick(&self, name: &str) -> Result<Option<Timestamp>>;

    /// Notes how far a task is, or the result of one of its steps.
    async fn progress(&self, claim: &ClaimRef, progress: Progress) -> Result<Accepted>;

    /// Names queues in which something became due: a hint, which may come twice, late or never. A worker polls as well.
    fn wake(&self) -> BoxStream<'static, QueueName>;

    /// Tasks that a filter admits, ordered by id.
    async fn inspect(&self, filter: &TaskFilter) -> Result<Page<TaskRow>>;

    /// How much waits in each queue, ordered by name; queues without settings and live tasks are left out.
    async fn queues(&self) -> Result<Vec<QueueRow>>;

    /// Does what an operator asks; how many tasks it was done to.
    async fn admin(&self, action: &AdminAction) -> Result<u64>;

    /// The same tasks over connections of their own, which belong to the runtime this is called on; nothing when calls
    /// from any runtime are as good.
    ///
    /// Leases are renewed on a thread of their own, which must get through while the workers' runtime is blocked.
    async fn own_connections(&self) -> Result<Option<std::sync::Arc<dyn TaskStore>>> {
        Ok(None)
    }

    /// The store as one that takes part in a transaction of the caller's, if it can.
    #[cfg(any(feature = "tasks-sqlite", feature = "tasks-postgres"))]
    fn transactional(&self) -> Option<&dyn TxEnqueue> {
        None
    }

    /// Closes connections; called once, at the end.
    async fn close(&self) {}
}
