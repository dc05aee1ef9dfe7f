//! What handlers and tasks enqueue with: `Inject<Tasks>`.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use tokio::time::{Instant, sleep};

use super::TaskError;
use super::broker::Brokers;
use super::id::TaskId;
use super::job::Job;
use super::run::{Engine, TaskMetrics};
use super::state::TaskState;
use super::store::{
    AdminAction, EnqueuedRow, NewTask, QueueName, StoreError, StoreFault, TaskFilter, TaskRow, TaskStore,
};
use super::time::IntoDuration;
use crate::inject;

/// How many tasks one call of [`Tasks::enqueue_all`] hands over at once.
const BATCH: usize = 1000;

/// How often an unfinished task is asked about: from the first to the last time.
const ASK: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(250));

/// Enqueues tasks and asks about them.
///
/// ```ignore
/// #[post("/users")]
/// async fn create(user: Valid<Json<NewUser>>, users: Inject<Users>, tasks: Inject<Tasks>) -> Result<Json<User>> {
///     let user = users.create(user.into_inner()).await?;
///     tasks.enqueue(send_welcome::job(user.id)).await?;
///     Ok(Json(user))
/// }
/// ```
#[inject(provided)]
pub struct Tasks(OnceLock<Shared>);

/// What an application has for its tasks.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn TaskStore>,
    /// Known when the providers are built.
    pub(crate) metrics: OnceLock<Arc<TaskMetrics>>,
    /// The queues that some worker of this application serves.
    pub(crate) queues: Vec<QueueName>,
    /// The workers of this process, if it has some.
    pub(crate) engine: OnceLock<Arc<Engine>>,
    /// What carries the tasks that name a broker.
    pub(crate) brokers: Brokers,
}

impl Shared {
    fn told(&self, task: &NewTask, row: EnqueuedRow) {
        if let Some(metrics) = self.metrics.get() {
            metrics.enqueued(&task.name, &task.queue, u64::from(!row.existing));
        }
    }
}

impl Tasks {
    /// Tasks over a store of one's own: for a test that calls a handler directly, or a program without an application.
    ///
    /// Nothing runs what is enqueued; the test asks the store.
    pub fn over(store: Arc<dyn TaskStore>) -> Self {
        let tasks = Self::unopened();
        tasks.open(Shared {
            store,
            metrics: OnceLock::new(),
            queues: Vec::new(),
            engine: OnceLock::new(),
            brokers: Brokers::new(),
        });
        tasks
    }

    /// Tasks whose store is opened when the application starts.
    pub(crate) fn unopened() -> Self {
        Self(OnceLock::new())
    }

    pub(crate) fn open(&self, shared: Shared) {
        let _ = self.0.set(shared);
    }

    pub(crate) fn shared(&self) -> Result<&Shared, TaskError> {
        let unopened = || StoreError::new(StoreFault::Unavailable, "the task store is not open yet").into();
        self.0.get().ok_or_else(unopened)
    }

    /// The store behind it.
    ///
    /// # Errors
    /// Before the application has started.
    pub fn store(&self) -> Result<&Arc<dyn TaskStore>, TaskError> {
        self.shared().map(|shared| &shared.store)
    }

    /// Keeps a task, to be run by a worker: now, or when the job says.
    ///
    /// When this returns, a durable store has the task on its disk.
    ///
    /// # Errors
    /// What is wrong with the job; and when the store is full or cannot be reached.
    pub async fn enqueue<T>(&self, job: Job<T>) -> Result<Enqueued<T>, TaskError> {
        let (store, task) = self.prepared(job)?;
        let shared = self.shared()?;
        let rows = store.enqueue(std::slice::from_ref(&task)).await?;
        let row = rows.first().ok_or_else(no_answer)?;
        shared.told(&task, *row);
        Ok(Enqueued::new(row.id, row.existing))
    }

    /// Keeps many tasks, with one call of the store for each thousand.
    ///
    /// # Errors
    /// As [`enqueue`](Self::enqueue). The thousands before the one that failed are kept.
    pub async fn enqueue_all<T>(&self, jobs: impl IntoIterator<Item = Job<T>>) -> Result<Vec<Enqueued<T>>, TaskError> {
        let shared = self.shared()?;
        let mut stores: Vec<(&Arc<dyn TaskStore>, Vec<NewTask>)> = Vec::new();
        for job in jobs {
            let (store, task) = self.prepared(job)?;
            match stores.last_mut().filter(|(last, _)| Arc::ptr_eq(last, store)) {
                Some((_, tasks)) => tasks.push(task),
                None => stores.push((store, vec![task])),
            }
        }
        let mut all = Vec::new();
        // Two loops: a closure that is kept while the store is waited for would make the future fit for one thread alone.
        for (store, tasks) in &stores {
            for batch in tasks.chunks(BATCH) {
                let rows = store.enqueue(batch).await?;
                for (task, row) in batch.iter().zip(&rows) {
                    shared.told(task, *row);
                }
                all.extend(rows.into_iter().map(|row| Enqueued::new(row.id, row.existing)));
            }
        }
        Ok(all)
    }

    /// Keeps a task with the rows of a transaction: if and when that is committed.
    ///
    /// # Errors
    /// As [`enqueue`](Self::enqueue), and when the transaction is one of another database than the store's.
    #[cfg(any(feature = "tasks-sqlite", feature = "tasks-postgres"))]
    pub async fn enqueue_in<T>(
        &self,
        transaction: &mut impl super::store::TaskTransaction,
        job: Job<T>,
    ) -> Result<Enqueued<T>, TaskError> {
        let (kept, task) = self.prepared(job)?;
        let store = kept.transactional().ok_or_else(|| {
            let text = format!("the {} store of tasks takes part in no transaction", kept.kind());
            StoreError::new(StoreFault::OtherDatabase, text)
        })?;
        let rows = store.enqueue_in(transaction.handle(), std::slice::from_ref(&task)).await?;
        let row = rows.first().ok_or_else(no_answer)?;
        Ok(Enqueued::new(row.id, row.existing))
    }

    /// Where a task stands.
    ///
    /// # Errors
    /// [`TaskError::NoSuchTask`] for one that is not there, or no longer.
    pub async fn status(&self, task: impl Into<TaskId>) -> Result<TaskRow, TaskError> {
        let id = task.into();
        self.found(id).await?.map(|(row, ..)| row).ok_or(TaskError::NoSuchTask(id))
    }

    /// What a task returned, once it has ended; `wait` is how long to wait for that.
    ///
    /// A task without `result` gives `()` when it is done.
    ///
    /// # Errors
    /// [`Timeout`](TaskError::Timeout) when it has not ended by then, [`Failed`](TaskError::Failed) when it is dead,
    /// [`Cancelled`](TaskError::Cancelled), and [`Expired`](TaskError::Expired) when its result is not kept.
    pub async fn result<T: DeserializeOwned>(
        &self,
        task: &Enqueued<T>,
        wait: impl IntoDuration,
    ) -> Result<T, TaskError> {
        self.result_as(task.id, wait).await
    }

    /// The same for a task that is only known by its id.
    ///
    /// # Errors
    /// As [`result`](Self::result), and [`Decode`](TaskError::Decode) when it returned something else.
    pub async fn result_as<T: DeserializeOwned>(
        &self,
        task: impl Into<TaskId>,
        wait: impl IntoDuration,
    ) -> Result<T, TaskError> {
        let (id, wait) = (task.into(), wait.into_duration()?);
        let (until, mut ask) = (Instant::now() + wait, ASK.0);
        loop {
            let row = self.status(id).await?;
            if !row.state.is_live() {
                return result_of(row);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(TaskError::Timeout(wait));
            }
            sleep(ask.min(left)).await;
            ask = (ask * 2).min(ASK.1);
        }
    }

    /// Calls a task off: at once while it waits; while it runs, its context is cancelled, and it ends when the function
    /// stops or its timeout cuts it. Whether there was something to call off.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn cancel(&self, task: impl Into<TaskId>) -> Result<bool, TaskError> {
        let id = task.into();
        let Some((_, store, engine)) = self.found(id).await? else { return Ok(false) };
        let count = store.admin(&AdminAction::Cancel(TaskFilter::one(id))).await?;
        if let Some(engine) = engine.get() {
            engine.held.cancel(id);
        }
        Ok(count > 0)
    }

    /// A task, with the store that has it and who runs it here.
    async fn found(
        &self,
        id: TaskId,
    ) -> Result<Option<(TaskRow, &Arc<dyn TaskStore>, &OnceLock<Arc<Engine>>)>, TaskError> {
        let shared = self.shared()?;
        let own = std::iter::once((&shared.store, &shared.engine));
        for (store, engine) in own.chain(shared.brokers.values().map(|broker| (&broker.store, &broker.engine))) {
            if let Some(row) = store.inspect(&TaskFilter::one(id)).await?.items.pop() {
                return Ok(Some((row, store, engine)));
            }
        }
        Ok(None)
    }

    /// The task to be kept, and where; a queue that nobody serves would keep it for ever.
    fn prepared<T>(&self, job: Job<T>) -> Result<(&Arc<dyn TaskStore>, NewTask), TaskError> {
        if let Some(name) = job.record().options.broker {
            return self.sent(name, job);
        }
        let task = job.into_task()?;
        if task.expires.is_some() {
            return Err(TaskError::NeverExpires(task.name.into_owned()));
        }
        let shared = self.shared()?;
        if !shared.queues.is_empty() && !shared.queues.contains(&task.queue) {
            return Err(TaskError::NoQueue(task.queue.to_string()));
        }
        Ok((&shared.store, task))
    }

    /// The task as its broker carries it.
    fn sent<T>(&self, name: &'static str, job: Job<T>) -> Result<(&Arc<dyn TaskStore>, NewTask), TaskError> {
        let broker = self.shared()?.brokers.get(name).ok_or(TaskError::NoBroker(name))?;
        let (record, has_queue) = (job.record(), job.has_queue());
        let mut task = job.into_task()?;
        if !has_queue {
            let queue = broker.queue(record).ok_or_else(|| TaskError::NoQueue(task.queue.to_string()))?;
            task.queue = QueueName::clone(queue);
        }
        Ok((&broker.store, task))
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = self.0.get().map(|shared| shared.store.kind());
        f.debug_struct("Tasks").field("store", &store).finish_non_exhaustive()
    }
}

fn no_answer() -> TaskError {
    StoreError::new(StoreFault::Refused, "the store did not say what became of the task").into()
}

fn result_of<T: DeserializeOwned>(row: TaskRow) -> Result<T, TaskError> {
    match row.state {
        TaskState::Done => match &row.result {
            Some(result) => serde_json::from_slice(result).map_err(TaskError::Decode),
            // What returns nothing keeps nothing.
            None => serde_json::from_slice(b"null").map_err(|_| TaskError::Expired),
        },
        TaskState::Cancelled => Err(TaskError::Cancelled),
        _ => Err(TaskError::Failed(row.error.unwrap_or_default())),
    }
}

/// A task that is kept; `T` is what it returns. As JSON it is its id.
pub struct Enqueued<T> {
    /// Its identity.
    pub id: TaskId,
    /// Whether it was there before: then this is the task that has the unique key.
    pub existing: bool,
    returns: PhantomData<fn() -> T>,
}

impl<T> Enqueued<T> {
    fn new(id: TaskId, existing: bool) -> Self {
        Self { id, existing, returns: PhantomData }
    }
}

impl<T> Clone for Enqueued<T> {
    fn clone(&self) -> Self {
        Self::new(self.id, self.existing)
    }
}

impl<T> fmt::Debug for Enqueued<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enqueued").field("id", &self.id).field("existing", &self.existing).finish()
    }
}

impl<T> Serialize for Enqueued<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.id.serialize(serializer)
    }
}

impl<T> From<&Enqueued<T>> for TaskId {
    fn from(task: &Enqueued<T>) -> Self {
        task.id
    }
}

impl From<&TaskId> for TaskId {
    fn from(id: &TaskId) -> Self {
        *id
    }
}
