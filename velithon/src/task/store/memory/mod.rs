//! Tasks in the memory of this process: fast, bounded, and lost with it.

mod hasher;
mod queue;
mod row;
mod tables;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use tokio::sync::broadcast;

use super::wakes::wakes;
use super::{
    Accepted, AdminAction, ClaimRef, Claims, Durability, Ending, EnqueuedRow, NewTask, Page, Progress, QueueName,
    QueueRow, Renewal, Result, StoreError, StoreFault, Swept, TaskFilter, TaskRow, TaskStore,
};
use crate::task::id::WorkerId;
use crate::task::time::{Timestamp, micros};
use tables::Tables;

/// How many tasks may wait or run at once where nothing else is said.
pub const LIMIT: usize = 100_000;

/// How many wake-ups a slow listener may miss: a worker polls as well.
const WAKES: usize = 256;

/// A store that lives and ends with the process.
///
/// It keeps up to [`LIMIT`] live tasks, and of ended ones the last 10 000 that ended well or were called off and the
/// last 10 000 dead ones.
#[derive(Debug)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
    wakes: broadcast::Sender<QueueName>,
    /// Microseconds that the store's clock is ahead of the host's: tests move it.
    ahead: AtomicI64,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::with_limit(LIMIT)
    }

    /// An empty store for up to `limit` live tasks.
    pub fn with_limit(limit: usize) -> Self {
        Self { tables: Mutex::new(Tables::new(limit)), wakes: broadcast::channel(WAKES).0, ahead: AtomicI64::new(0) }
    }

    /// Moves the store's clock on.
    pub fn advance(&self, by: Duration) {
        self.ahead.fetch_add(micros(by), Ordering::Relaxed);
    }

    fn clock(&self) -> Timestamp {
        Timestamp::from_micros(Timestamp::now().micros().saturating_add(self.ahead.load(Ordering::Relaxed)))
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // No move leaves the tables half done, so a panic elsewhere spoils nothing.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Names queues in which something became due. Nobody listens to the error: that there is no worker here.
    fn tell(&self, woken: Vec<QueueName>) {
        for queue in woken {
            let _ = self.wakes.send(queue);
        }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl TaskStore for MemoryStore {
    fn kind(&self) -> &'static str {
        "memory"
    }

    fn durability(&self) -> Durability {
        Durability::Ephemeral
    }

    async fn now(&self) -> Result<Timestamp> {
        Ok(self.clock())
    }

    async fn enqueue(&self, tasks: &[NewTask]) -> Result<Vec<EnqueuedRow>> {
        let now = self.clock();
        let kept = self.tables().enqueue(tasks, now);
        let (rows, woken) = kept.map_err(|limit| full(limit, tasks.len()))?;
        self.tell(woken);
        Ok(rows)
    }

    async fn claim(&self, queue: &QueueName, n: u32, worker: WorkerId, lease: Duration) -> Result<Claims> {
        let now = self.clock();
        Ok(self.tables().claim(queue, n as usize, worker, lease, now))
    }

    async fn renew(&self, claims: &[ClaimRef], lease: Duration) -> Result<Vec<Renewal>> {
        let until = self.clock() + lease;
        Ok(self.tables().renew(claims, until))
    }

    async fn complete(&self, endings: &[Ending]) -> Result<Vec<Accepted>> {
        let now = self.clock();
        let (accepted, woken) = self.tables().complete(endings, now);
        self.tell(woken);
        Ok(accepted)
    }

    async fn release(&self, claims: &[ClaimRef]) -> Result<()> {
        let now = self.clock();
        let woken = self.tables().release(claims, now);
        self.tell(woken);
        Ok(())
    }

    async fn sweep(&self, limit: u32) -> Result<Swept> {
        let now = self.clock();
        let (swept, woken) = self.tables().sweep(limit as usize, now);
        self.tell(woken);
        Ok(swept)
    }

    async fn cron_tick(&self, name: &str, tick: Timestamp, task: Option<NewTask>) -> Result<bool> {
        let now = self.clock();
        let ticked = self.tables().cron_tick(name, tick, task.as_ref(), now);
        let (first, woken) = ticked.map_err(|limit| full(limit, 1))?;
        self.tell(woken);
        Ok(first)
    }

    async fn last_tick(&self, name: &str) -> Result<Option<Timestamp>> {
        Ok(self.tables().last_tick(name))
    }

    async fn progress(&self, claim: &ClaimRef, progress: Progress) -> Result<Accepted> {
        Ok(self.tables().progress(*claim, progress))
    }

    fn wake(&self) -> BoxStream<'static, QueueName> {
        wakes(self.wakes.subscribe())
    }

    async fn inspect(&self, filter: &TaskFilter) -> Result<Page<TaskRow>> {
        let now = self.clock();
        Ok(self.tables().inspect(filter, now))
    }

    async fn queues(&self) -> Result<Vec<QueueRow>> {
        let now = self.clock();
        Ok(self.tables().queue_rows(now))
    }

    async fn admin(&self, action: &AdminAction) -> Result<u64> {
        let now = self.clock();
        let (done, woken) = self.tables().admin(action, now);
        self.tell(woken);
        Ok(done)
    }
}

fn full(limit: usize, more: usize) -> StoreError {
    let text = format!("the memory store holds up to {limit} live tasks, and {more} more are too many");
    StoreError::new(StoreFault::Full, text)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::task::store::conformance::{Subject, new_task};

    crate::task::store::conformance::suite!(async {
        let store = Arc::new(MemoryStore::new());
        let clock = Arc::clone(&store);
        Subject::new(store, move |by| {
            clock.advance(by);
            Box::pin(async {})
        })
    });

    #[tokio::test]
    async fn a_full_store_keeps_none_of_the_batch_and_says_so() {
        let store = MemoryStore::with_limit(2);
        store.enqueue(&[new_task("a")]).await.unwrap();
        let error = store.enqueue(&[new_task("b"), new_task("c")]).await.unwrap_err();
        assert_eq!(error.fault(), StoreFault::Full);
        assert_eq!(store.inspect(&TaskFilter::default()).await.unwrap().items.len(), 1);
        store.enqueue(&[new_task("d")]).await.unwrap();
    }

    #[tokio::test]
    async fn what_has_ended_takes_no_room() {
        let store = MemoryStore::with_limit(1);
        for _ in 0..3 {
            store.enqueue(&[new_task("a")]).await.unwrap();
            let claims = store.claim(&"default".into(), 1, WorkerId::new(), Duration::from_secs(1)).await.unwrap();
            let ending = Ending { claim: claims.taken[0].at, outcome: crate::task::store::conformance::done() };
            store.complete(&[ending]).await.unwrap();
        }
    }
}
