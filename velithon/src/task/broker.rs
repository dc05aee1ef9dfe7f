//! Brokers: stores beside the application's own, which carry tasks to and from other programs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::record::{TaskOptions, TaskRecord};
use super::run::Engine;
use super::settings::{BrokerSection, TasksSection};
use super::store::{QueueName, Result, StoreError, StoreFault, TaskStore};

/// One broker of an application.
pub(crate) struct Broker {
    pub(crate) store: Arc<dyn TaskStore>,
    /// Where remote tasks go that name no queue.
    queue: QueueName,
    /// Where tasks that run here wait when they name no queue.
    serve: Option<QueueName>,
    /// Every queue whose messages run here.
    pub(crate) queues: Vec<QueueName>,
    /// The workers of this process, if it has some.
    pub(crate) engine: OnceLock<Arc<Engine>>,
}

/// The brokers of an application by name.
pub(crate) type Brokers = BTreeMap<String, Broker>;

impl Broker {
    /// The queue of a task that was given none.
    pub(crate) fn queue(&self, record: &TaskRecord) -> Option<&QueueName> {
        if record.run.is_none() { Some(&self.queue) } else { self.serve.as_ref() }
    }
}

/// Opens the brokers that tasks go through.
///
/// # Errors
/// When one cannot be reached.
pub(crate) async fn open_brokers(section: &TasksSection, records: &[&'static TaskRecord]) -> Result<Brokers> {
    let mut brokers = Brokers::new();
    for (name, about) in &section.brokers {
        let own = through(name, records);
        if own.is_empty() {
            continue;
        }
        let queues = served(about, &own);
        let store = connect(about, &queues, &own).await?;
        let (queue, serve) = (about.queue.as_str().into(), about.serve.as_deref().map(QueueName::from));
        brokers.insert(name.clone(), Broker { store, queue, serve, queues, engine: OnceLock::new() });
    }
    Ok(brokers)
}

/// The queues that are served for brokers.
pub(crate) fn served_queues(section: &TasksSection, records: &[&'static TaskRecord]) -> Vec<QueueName> {
    section.brokers.iter().flat_map(|(name, about)| served(about, &through(name, records))).collect()
}

/// The tasks that go through a broker.
fn through(broker: &str, records: &[&'static TaskRecord]) -> Vec<&'static TaskRecord> {
    records.iter().copied().filter(|record| record.options.broker == Some(broker)).collect()
}

/// The queues of the tasks that run here.
fn served(about: &BrokerSection, records: &[&TaskRecord]) -> Vec<QueueName> {
    let here = records.iter().filter(|record| record.run.is_some());
    let named = here.clone().map(|record| record.options.queue).filter(|queue| *queue != TaskOptions::DEFAULT.queue);
    let usual = here.clone().next().and(about.serve.as_deref());
    let queues: BTreeSet<&str> = usual.into_iter().chain(named).collect();
    queues.into_iter().map(QueueName::from).collect()
}

#[cfg(feature = "celery")]
async fn connect(about: &BrokerSection, queues: &[QueueName], records: &[&TaskRecord]) -> Result<Arc<dyn TaskStore>> {
    use super::celery::{CelerySettings, KnownTask, RedisStore};
    let known = records.iter().filter(|record| record.run.is_some()).flat_map(|record| {
        let known = KnownTask::new(record.arguments, &record.options);
        let names = std::iter::once(record.name).chain(record.aliases.iter().copied());
        names.map(move |name| (name.to_owned(), known.clone()))
    });
    let settings = CelerySettings {
        url: about.url.expose().clone(),
        results: about.results.as_ref().map(|url| url.expose().clone()),
        queue: about.queue.clone(),
        serve: queues.to_vec(),
        max_priority: about.max_priority,
        tasks: known.collect(),
    };
    match settings.url.split_once(':').map_or("", |(scheme, _)| scheme) {
        "redis" | "rediss" | "redis+unix" | "unix" => Ok(Arc::new(RedisStore::connect(settings).await?)),
        #[cfg(feature = "celery-amqp")]
        "amqp" | "amqps" => Ok(Arc::new(super::celery::AmqpStore::connect(settings).await?)),
        #[cfg(not(feature = "celery-amqp"))]
        "amqp" | "amqps" => Err(StoreError::new(
            StoreFault::Refused,
            "this program was built without RabbitMQ; help: write `velithon = { .., features = [\"celery-amqp\"] }` in Cargo.toml",
        )),
        _ => Err(StoreError::new(StoreFault::Refused, "the address begins with neither `redis://` nor `amqp://`")),
    }
}

#[cfg(not(feature = "celery"))]
async fn connect(_: &BrokerSection, _: &[QueueName], _: &[&TaskRecord]) -> Result<Arc<dyn TaskStore>> {
    Err(StoreError::new(
        StoreFault::Refused,
        "this program was built without brokers; help: write `velithon = { .., features = [\"celery\"] }` in Cargo.toml",
    ))
}
