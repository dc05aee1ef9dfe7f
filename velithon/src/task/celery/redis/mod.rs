//! A Celery broker on Redis as a store of tasks.
//!
//! What is served here waits in Celery's own lists, so that Python producers reach it with nothing but `task_routes`; beside
//! them stand the rows, leases and fences that Celery does not have. Every move is one script, decided by the clock of Redis.

mod admin;
mod claim;
mod complete;
mod connection;
mod enqueue;
mod inspect;
mod results;
mod row;
mod scripts;
mod steps;
#[cfg(test)]
mod tests;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use redis::aio::ConnectionManager;
use redis::{AsyncCommands, Client};

use super::settings::CelerySettings;
use crate::task::id::WorkerId;
use crate::task::store::{
    Accepted, AdminAction, ClaimRef, Claims, Durability, Ending, EnqueuedRow, NewTask, Page, Progress, QueueName,
    QueueRow, Renewal, Result, Swept, TaskFilter, TaskRow, TaskStore,
};
use crate::task::time::{Timestamp, micros};
use connection::fault;
#[cfg(feature = "celery-amqp")]
pub(super) use inspect::remote;
pub(super) use results::Results;
use watch::Watch;

/// The prefix of every key that is ours alone.
const PREFIX: &str = "velithon:celery:";

/// Celery on Redis.
///
/// One store talks to one database, as one Celery application does. Redis from 6.2 on; no cluster, which kombu does not
/// know either.
pub struct RedisStore {
    shared: Arc<Shared>,
    /// What runs beside the calls; ends with the store.
    watch: Option<Watch>,
}

/// What calls and background work share.
pub(super) struct Shared {
    client: Client,
    connection: ConnectionManager,
    results: Option<Results>,
    settings: CelerySettings,
    database: i64,
}

impl RedisStore {
    /// Connects, and starts to listen for revocations and to send what was delayed.
    ///
    /// # Errors
    /// When an address is none, or Redis cannot be reached.
    pub async fn connect(settings: CelerySettings) -> Result<Self> {
        let shared = Arc::new(Shared::connect(settings).await?);
        shared.warn_of_loss().await;
        let watch = Some(Watch::start(&shared));
        Ok(Self { shared, watch })
    }
}

impl Shared {
    async fn connect(settings: CelerySettings) -> Result<Self> {
        let client = connection::client(&settings.url)?;
        let database = client.get_connection_info().redis_settings().db();
        let connection = connection::shared(&client).await?;
        let results = match &settings.results {
            Some(url) => Some(Results::connect(url).await?),
            None => None,
        };
        Ok(Self { client, connection, results, settings, database })
    }

    fn connection(&self) -> ConnectionManager {
        self.connection.clone()
    }

    /// Says at the start when Redis may forget what it was given.
    async fn warn_of_loss(&self) {
        for (key, wanted) in [("appendonly", "yes"), ("maxmemory-policy", "noeviction")] {
            let asked: redis::RedisResult<std::collections::HashMap<String, String>> =
                redis::cmd("CONFIG").arg("GET").arg(key).query_async(&mut self.connection()).await;
            // A server that does not show its settings is somebody else's to look after.
            let Ok(found) = asked else { continue };
            if let Some(value) = found.get(key).filter(|value| *value != wanted) {
                tracing::warn!(
                    "Redis has `{key} {value}`, so it may lose tasks that it was given; help: set `{key} {wanted}`"
                );
            }
        }
    }

    async fn now(&self) -> Result<Timestamp> {
        let (seconds, more): (i64, i64) =
            redis::cmd("TIME").query_async(&mut self.connection()).await.map_err(fault)?;
        Ok(Timestamp::from_micros(seconds * 1_000_000 + more))
    }
}

#[async_trait]
impl TaskStore for RedisStore {
    fn kind(&self) -> &'static str {
        "celery (redis)"
    }

    fn durability(&self) -> Durability {
        Durability::Durable
    }

    async fn now(&self) -> Result<Timestamp> {
        self.shared.now().await
    }

    async fn enqueue(&self, tasks: &[NewTask]) -> Result<Vec<EnqueuedRow>> {
        self.shared.enqueue(tasks).await
    }

    async fn claim(&self, queue: &QueueName, n: u32, worker: WorkerId, lease: Duration) -> Result<Claims> {
        self.shared.claim(queue, n, worker, lease).await
    }

    async fn renew(&self, claims: &[ClaimRef], lease: Duration) -> Result<Vec<Renewal>> {
        let mut call = scripts::RENEW.arg(micros(lease));
        for claim in claims {
            call.arg(claim.id.to_string()).arg(claim.fence);
        }
        let renewed: Vec<i64> = scripts::run(&call, &mut self.shared.connection()).await?;
        let told = |said| match said {
            1 => Renewal::Held,
            2 => Renewal::CancelRequested,
            _ => Renewal::Lost,
        };
        Ok(renewed.into_iter().map(told).collect())
    }

    async fn complete(&self, endings: &[Ending]) -> Result<Vec<Accepted>> {
        self.shared.complete(endings).await
    }

    async fn release(&self, claims: &[ClaimRef]) -> Result<()> {
        let mut call = scripts::RELEASE.prepare_invoke();
        for claim in claims {
            call.arg(claim.id.to_string()).arg(claim.fence);
        }
        scripts::run(&call, &mut self.shared.connection()).await
    }

    async fn sweep(&self, limit: u32) -> Result<Swept> {
        self.shared.sweep(limit).await
    }

    async fn cron_tick(&self, name: &str, tick: Timestamp, task: Option<NewTask>) -> Result<bool> {
        self.shared.cron_tick(name, tick, task).await
    }

    async fn last_tick(&self, name: &str) -> Result<Option<Timestamp>> {
        let last: Vec<i64> =
            self.shared.connection().zrange(format!("{PREFIX}cron:{name}"), -1, -1).await.map_err(fault)?;
        Ok(last.first().copied().map(Timestamp::from_micros))
    }

    async fn progress(&self, claim: &ClaimRef, progress: Progress) -> Result<Accepted> {
        let (field, value) = match progress {
            Progress::Told(part, text) => ("progress", serde_json::to_vec(&(part, text)).unwrap_or_default()),
            Progress::Step(name, result) => ("steps", steps::write(&name, &result)),
        };
        let mut call = scripts::PROGRESS.arg(claim.id.to_string());
        call.arg(claim.fence).arg(field).arg(value);
        let held: bool = scripts::run(&call, &mut self.shared.connection()).await?;
        Ok(if held { Accepted::Accepted } else { Accepted::Stale })
    }

    fn wake(&self) -> BoxStream<'static, QueueName> {
        watch::wakes(&self.shared)
    }

    async fn inspect(&self, filter: &TaskFilter) -> Result<Page<TaskRow>> {
        self.shared.inspect(filter).await
    }

    async fn queues(&self) -> Result<Vec<QueueRow>> {
        self.shared.queues().await
    }

    async fn admin(&self, action: &AdminAction) -> Result<u64> {
        self.shared.admin(action).await
    }

    async fn own_connections(&self) -> Result<Option<Arc<dyn TaskStore>>> {
        let shared = Arc::new(Shared::connect(self.shared.settings.clone()).await?);
        Ok(Some(Arc::new(Self { shared, watch: None })))
    }

    async fn close(&self) {
        if let Some(watch) = &self.watch {
            watch.stop();
        }
    }
}
