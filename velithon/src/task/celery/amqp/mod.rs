//! A Celery broker on RabbitMQ as a store of tasks.
//!
//! RabbitMQ holds the messages and gives each to one consumer until it is acknowledged: that is the lease, and the connection
//! is the fence. What a queue of messages cannot say is not said: there is no list of what waits, no unique key, no schedule.
//! Results are in Redis, as with the other broker.

mod consume;
mod delay;
mod fields;
mod link;
mod settle;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use tokio::sync::broadcast;
use tokio::task::AbortHandle;

use super::control::Revoke;
use super::envelope::{Message, Refused};
use super::priority;
use super::redis::Results;
use super::result::TaskMeta;
use super::settings::CelerySettings;
use crate::task::id::{TaskId, WorkerId};
use crate::task::priority::TaskPriority;
use crate::task::store::wakes::wakes;
use crate::task::store::{
    Accepted, AdminAction, ClaimRef, Claims, Durability, Ending, EnqueuedRow, NewTask, Page, Progress, QueueName,
    QueueRow, Renewal, Result, RunAt, StoreError, StoreFault, Swept, TaskFilter, TaskRow, TaskStore,
};
use crate::task::time::Timestamp;
use link::{Links, fault};
use settle::Held;

/// How many hints a slow listener may miss: a worker polls as well.
const WAKES: usize = 256;

/// Celery on RabbitMQ.
///
/// A task whose worker is lost is delivered again; after `max_crashes` of that it is put among the dead letters, the queue
/// `velithon.dead`.
pub struct AmqpStore {
    shared: Arc<Shared>,
    /// Hears revocations; ends with the store.
    hearing: AbortHandle,
}

struct Shared {
    links: Links,
    settings: CelerySettings,
    results: Option<Results>,
    /// What this process has, by the id and fence of its claim.
    held: Mutex<HashMap<ClaimRef, Held>>,
    /// Deliveries that no claim has asked for yet, and their consumers.
    buffers: tokio::sync::Mutex<HashMap<QueueName, consume::Buffer>>,
    /// Ids that are not to run, for as long as this process lives.
    revoked: Mutex<HashSet<String>>,
    wakes: broadcast::Sender<QueueName>,
    /// The fence of the next claim: numbers of deliveries begin anew with each connection.
    fences: AtomicI64,
}

impl AmqpStore {
    /// Connects, and starts to listen for revocations.
    ///
    /// # Errors
    /// When an address is none, or RabbitMQ or Redis cannot be reached.
    pub async fn connect(settings: CelerySettings) -> Result<Self> {
        let results = match &settings.results {
            Some(url) => Some(Results::connect(url).await?),
            None => None,
        };
        let links = Links::connect(&settings.url).await?;
        let shared = Arc::new(Shared {
            links,
            settings,
            results,
            held: Mutex::default(),
            buffers: tokio::sync::Mutex::default(),
            revoked: Mutex::default(),
            wakes: broadcast::channel(WAKES).0,
            fences: AtomicI64::new(1),
        });
        let hearing = tokio::spawn(consume::hear(Arc::clone(&shared))).abort_handle();
        Ok(Self { shared, hearing })
    }
}

impl Drop for AmqpStore {
    fn drop(&mut self) {
        self.hearing.abort();
    }
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, HashMap<ClaimRef, Held>> {
        // Nothing is left half done while it is locked.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn revoked(&self) -> MutexGuard<'_, HashSet<String>> {
        self.revoked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, task: &NewTask) -> Result<EnqueuedRow> {
        if task.unique.is_some() {
            return Err(refused(format!("`{}` has a unique key, and a queue of RabbitMQ knows of none", task.name)));
        }
        let message = Message::of(task, &self.settings, priority::amqp(task.priority));
        let message = message.map_err(|why: Refused| refused(format!("`{}` cannot be sent: {why}", task.name)))?;
        let now = Timestamp::now();
        let wait = match task.run_at {
            RunAt::Now => Duration::ZERO,
            RunAt::After(delay) => delay,
            RunAt::At(time) => time.since(now),
        };
        let link = self.links.get().await?;
        if self.settings.serves(&task.queue) {
            link.declare(&task.queue, self.settings.max_priority).await?;
        }
        if wait.is_zero() {
            link.publish(&task.queue, &message).await?;
        } else {
            delay::publish(&link, &task.queue, &message, wait).await?;
        }
        Ok(EnqueuedRow { id: task.id, existing: false })
    }

    async fn tell_results(&self, metas: &[TaskMeta]) -> Result<()> {
        match &self.results {
            Some(results) => results.write(metas).await,
            None => Ok(()),
        }
    }

    async fn revoke(&self, ids: &[TaskId]) -> Result<u64> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let count = ids.len() as u64;
        let revoke = Revoke { ids, terminate: true };
        self.links.get().await?.announce(&revoke).await?;
        self.obey(&revoke);
        Ok(count)
    }

    /// Notes what is not to run; what runs is told by its next renewal.
    fn obey(&self, revoke: &Revoke) {
        self.revoked().extend(revoke.ids.iter().cloned());
        if revoke.terminate {
            let ids: HashSet<TaskId> = revoke.ids.iter().filter_map(|id| id.parse().ok()).collect();
            for (claim, held) in self.held().iter_mut() {
                held.cancelled |= ids.contains(&claim.id);
            }
        }
    }

    async fn row(&self, id: TaskId) -> Result<Option<TaskRow>> {
        let Some(results) = &self.results else { return Ok(None) };
        let meta = results.read(&id.to_string()).await?;
        // Of what is in a queue nobody can ask; an id of our own making is taken to be there.
        Ok(Some(super::redis::remote(id, &meta.unwrap_or_else(|| TaskMeta::pending(id)))))
    }
}

#[async_trait]
impl TaskStore for AmqpStore {
    fn kind(&self) -> &'static str {
        "celery (rabbitmq)"
    }

    fn durability(&self) -> Durability {
        Durability::Durable
    }

    async fn now(&self) -> Result<Timestamp> {
        Ok(Timestamp::now())
    }

    async fn enqueue(&self, tasks: &[NewTask]) -> Result<Vec<EnqueuedRow>> {
        futures_util::future::try_join_all(tasks.iter().map(|task| self.shared.send(task))).await
    }

    async fn claim(&self, queue: &QueueName, n: u32, _: WorkerId, _: Duration) -> Result<Claims> {
        consume::claim(&self.shared, queue, n).await
    }

    async fn renew(&self, claims: &[ClaimRef], _: Duration) -> Result<Vec<Renewal>> {
        let held = self.shared.held();
        let one = |claim: &ClaimRef| match held.get(claim) {
            Some(task) if task.cancelled => Renewal::CancelRequested,
            Some(task) if task.is_live() => Renewal::Held,
            _ => Renewal::Lost,
        };
        Ok(claims.iter().map(one).collect())
    }

    async fn complete(&self, endings: &[Ending]) -> Result<Vec<Accepted>> {
        let mut accepted = Vec::with_capacity(endings.len());
        for ending in endings {
            accepted.push(settle::complete(&self.shared, ending).await?);
        }
        Ok(accepted)
    }

    async fn release(&self, claims: &[ClaimRef]) -> Result<()> {
        for claim in claims {
            let held = self.shared.held().remove(claim);
            if let Some(held) = held {
                held.requeue().await.map_err(fault)?;
            }
        }
        Ok(())
    }

    /// RabbitMQ itself gives back what a lost worker had.
    async fn sweep(&self, _: u32) -> Result<Swept> {
        Ok(Swept::default())
    }

    async fn cron_tick(&self, name: &str, _: Timestamp, _: Option<NewTask>) -> Result<bool> {
        Err(refused(format!("`{name}` has a schedule, and RabbitMQ has nowhere to note its ticks")))
    }

    async fn last_tick(&self, _: &str) -> Result<Option<Timestamp>> {
        Ok(None)
    }

    async fn progress(&self, claim: &ClaimRef, progress: Progress) -> Result<Accepted> {
        let mut held = self.shared.held();
        let Some(task) = held.get_mut(claim).filter(|task| task.is_live()) else { return Ok(Accepted::Stale) };
        // How far a task is can be shown nowhere; the results of its steps go with its retry.
        if let Progress::Step(name, result) = progress {
            task.step(name, &result);
        }
        Ok(Accepted::Accepted)
    }

    fn wake(&self) -> BoxStream<'static, QueueName> {
        wakes(self.shared.wakes.subscribe())
    }

    async fn inspect(&self, filter: &TaskFilter) -> Result<Page<TaskRow>> {
        let mut items = Vec::new();
        for id in &filter.ids {
            items.extend(self.shared.row(*id).await?);
        }
        items.retain(|row| filter.states.is_empty() || filter.states.contains(&row.state));
        Ok(Page { items, next: None })
    }

    async fn queues(&self) -> Result<Vec<QueueRow>> {
        let link = self.shared.links.get().await?;
        let mut rows = Vec::new();
        for name in &self.shared.settings.serve {
            let queued = link.waiting(name).await?;
            let held = self.shared.held();
            let running = held.values().filter(|task| *task.queue == **name).count() as u64;
            rows.push(QueueRow { name: QueueName::clone(name), paused: false, queued, running, oldest_due: None });
        }
        Ok(rows)
    }

    async fn admin(&self, action: &AdminAction) -> Result<u64> {
        match action {
            AdminAction::Cancel(filter) if !filter.ids.is_empty() => self.shared.revoke(&filter.ids).await,
            AdminAction::Cancel(_) | AdminAction::Retry(_) | AdminAction::Purge(_) => {
                Err(refused("what waits in RabbitMQ cannot be listed; name ids to call tasks off".to_owned()))
            }
            AdminAction::Pause(queue, _) => {
                Err(refused(format!("the queue `{queue}` of RabbitMQ cannot be paused from here")))
            }
            // Limits for the whole cluster have no place there; those of a process are slots.
            AdminAction::Queue(_) => Ok(0),
        }
    }

    async fn close(&self) {
        self.hearing.abort();
        self.shared.links.close().await;
    }
}

fn refused(text: String) -> StoreError {
    StoreError::new(StoreFault::Refused, text)
}

/// The priority of a claim.
fn urgency(message: &Message) -> TaskPriority {
    priority::from_amqp(message.properties.priority)
}
