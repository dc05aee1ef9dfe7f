//! Tasks in one SQLite file: for the programs of one host, durable.
//!
//! One connection writes, on a thread of its own, and commits what was asked meanwhile at once. Others read. The moves of
//! a task are those of [`Standing`](crate::task::Standing): a write transaction has the file to itself, so it reads,
//! decides and writes.

mod claim;
mod enqueue;
mod manage;
mod moves;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::task::id::WorkerId;
use crate::task::store::{
    Accepted, AdminAction, ClaimRef, Claims, Durability, Ending, EnqueuedRow, NewTask, Page, Progress, QueueName,
    QueueRow, Renewal, Result, StoreError, StoreFault, Swept, TaskFilter, TaskRow, TaskStore, TxEnqueue, TxHandle,
};
use crate::task::time::Timestamp;
#[cfg(test)]
use crate::task::time::micros;
use writer::Writer;

/// How long a call waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// How many connections read beside the one that writes.
const READERS: u32 = 2;

/// A store in one file.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: SqlitePool,
    wakes: broadcast::Sender<QueueName>,
    /// Tells this store's database from any other.
    store_id: Uuid,
    ahead: Arc<AtomicI64>,
}

impl SqliteStore {
    /// Opens the file, and makes it and its tables where there are none; with `migrate`, brings older tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, when its tables are of a newer version, or of an older one without `migrate`.
    pub async fn open(path: impl AsRef<Path>, migrate: bool) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path.as_ref())
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A task that was enqueued is on the disk.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        let (writer, store_id) = Writer::start(options.clone(), migrate).await?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options);
        let (wakes, ahead) = (broadcast::channel(256).0, Arc::new(AtomicI64::new(0)));
        Ok(Self { writer, readers, wakes, store_id, ahead })
    }

    /// Moves the store's clock on.
    #[cfg(test)]
    pub(crate) fn advance(&self, by: Duration) {
        self.ahead.fetch_add(micros(by), Ordering::Relaxed);
    }

    /// The clock of this host, which every program that has the file shares.
    fn clock(&self) -> Timestamp {
        Timestamp::from_micros(Timestamp::now().micros().saturating_add(self.ahead.load(Ordering::Relaxed)))
    }

    fn tell<'q>(&self, queues: impl IntoIterator<Item = &'q QueueName>) {
        let mut told: Vec<&QueueName> = Vec::new();
        for queue in queues {
            if !told.contains(&queue) {
                told.push(queue);
                // Nobody listens in a process without workers.
                let _ = self.wakes.send(QueueName::clone(queue));
            }
        }
    }
}

#[async_trait]
impl TaskStore for SqliteStore {
    fn kind(&self) -> &'static str {
        "sqlite"
    }

    fn durability(&self) -> Durability {
        Durability::Durable
    }

    async fn now(&self) -> Result<Timestamp> {
        Ok(self.clock())
    }

    async fn enqueue(&self, tasks: &[NewTask]) -> Result<Vec<EnqueuedRow>> {
        let (new, now) = (tasks.to_vec(), self.clock());
        let rows =
            self.writer.write(move |file| Box::pin(async move { enqueue::enqueue(file, &new, now).await })).await?;
        self.tell(tasks.iter().map(|task| &task.queue));
        Ok(rows)
    }

    async fn claim(&self, queue: &QueueName, n: u32, worker: WorkerId, lease: Duration) -> Result<Claims> {
        // Looking costs no write, and most looks find nothing.
        let now = self.clock();
        let mut reader = self.readers.acquire().await.map_err(failed)?;
        if !claim::any_due(&mut reader, queue, now).await? {
            let next_in = claim::next_in(&mut reader, queue, now).await?;
            return Ok(Claims { taken: Vec::new(), next_in });
        }
        drop(reader);
        let (queue, now) = (QueueName::clone(queue), self.clock());
        self.writer
            .write(move |file| Box::pin(async move { claim::claim(file, queue, n, worker, lease, now).await }))
            .await
    }

    async fn renew(&self, claims: &[ClaimRef], lease: Duration) -> Result<Vec<Renewal>> {
        let (claims, until) = (claims.to_vec(), self.clock() + lease);
        self.writer.write(move |file| Box::pin(async move { claim::renew(file, &claims, until).await })).await
    }

    async fn complete(&self, endings: &[Ending]) -> Result<Vec<Accepted>> {
        let (endings, now) = (endings.to_vec(), self.clock());
        self.writer.write(move |file| Box::pin(async move { moves::complete(file, &endings, now).await })).await
    }

    async fn release(&self, claims: &[ClaimRef]) -> Result<()> {
        let (claims, now) = (claims.to_vec(), self.clock());
        self.writer.write(move |file| Box::pin(async move { moves::release(file, &claims, now).await })).await
    }

    async fn sweep(&self, limit: u32) -> Result<Swept> {
        let now = self.clock();
        let (swept, woken) =
            self.writer.write(move |file| Box::pin(async move { moves::sweep(file, limit, now).await })).await?;
        self.tell(&woken);
        Ok(swept)
    }

    async fn cron_tick(&self, name: &str, tick: Timestamp, task: Option<NewTask>) -> Result<bool> {
        let (name, now, queue) =
            (name.to_owned(), self.clock(), task.as_ref().map(|task| QueueName::clone(&task.queue)));
        let first = self
            .writer
            .write(move |file| Box::pin(async move { manage::cron_tick(file, name, tick, task, now).await }))
            .await?;
        self.tell(&queue);
        Ok(first)
    }

    async fn last_tick(&self, name: &str) -> Result<Option<Timestamp>> {
        read::last_tick(&self.readers, name).await
    }

    async fn progress(&self, claim: &ClaimRef, progress: Progress) -> Result<Accepted> {
        let claim = *claim;
        self.writer.write(move |file| Box::pin(async move { manage::progress(file, claim, progress).await })).await
    }

    fn wake(&self) -> BoxStream<'static, QueueName> {
        let next = |mut wakes: broadcast::Receiver<QueueName>| async move {
            loop {
                match wakes.recv().await {
                    Ok(queue) => return Some((queue, wakes)),
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        };
        stream::unfold(self.wakes.subscribe(), next).boxed()
    }

    async fn inspect(&self, filter: &TaskFilter) -> Result<Page<TaskRow>> {
        read::inspect(&self.readers, filter, self.clock()).await
    }

    async fn queues(&self) -> Result<Vec<QueueRow>> {
        read::queues(&self.readers, self.clock()).await
    }

    async fn admin(&self, action: &AdminAction) -> Result<u64> {
        let (action, now) = (action.clone(), self.clock());
        let (count, woken) =
            self.writer.write(move |file| Box::pin(async move { manage::admin(file, action, now).await })).await?;
        self.tell(&woken);
        Ok(count)
    }

    fn transactional(&self) -> Option<&dyn TxEnqueue> {
        Some(self)
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[async_trait]
impl TxEnqueue for SqliteStore {
    async fn enqueue_in(&self, transaction: TxHandle<'_>, tasks: &[NewTask]) -> Result<Vec<EnqueuedRow>> {
        #[cfg_attr(not(feature = "tasks-postgres"), expect(irrefutable_let_patterns))]
        let TxHandle::Sqlite(file) = transaction else {
            return Err(other_database("it is not one of SQLite"));
        };
        match schema::store_id(file).await {
            Ok(Some(id)) if id == self.store_id => enqueue::enqueue(file, tasks, self.clock()).await,
            Ok(_) => Err(other_database("its database holds the tasks of another store, or none")),
            Err(error) => Err(error),
        }
    }
}

fn other_database(why: &str) -> StoreError {
    StoreError::new(StoreFault::OtherDatabase, format!("the task cannot be kept with this transaction: {why}"))
}

/// What an error of the database means for the caller.
fn failed(error: sqlx::Error) -> StoreError {
    let passing = match &error {
        sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| is_passing(&code)),
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        _ => false,
    };
    if passing {
        StoreError::new(StoreFault::Unavailable, "the SQLite file of tasks cannot be used now").caused_by(error)
    } else {
        StoreError::new(StoreFault::Refused, "the SQLite file of tasks refuses a statement").caused_by(error)
    }
}

/// Busy, locked, read-only, an error of the disk, a full disk, a file that cannot be opened: the lower byte says so.
fn is_passing(code: &str) -> bool {
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
}
