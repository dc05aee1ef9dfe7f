//! `[tasks]` of velithon.toml.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::run::{RunSettings, Served};
use super::store::{QueueName, Rate, memory};
use crate::config::{Secret, config, duration};

/// `[tasks]`: where tasks are kept and who runs them.
#[config("tasks")]
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct TasksSection {
    pub(crate) store: StoreKind,
    /// The file of the SQLite store.
    pub(crate) path: PathBuf,
    /// Where PostgreSQL is: `postgres://user@host/database`; or the SQLite file with options: `sqlite:tasks.db?mode=rw`.
    pub(crate) url: Option<Secret<String>>,
    /// How many live tasks the memory store holds.
    pub(crate) limit: usize,
    /// Whether tables are made and brought up to date at the start.
    pub(crate) migrate: Migrate,
    /// How long a claim holds without renewal.
    #[serde(with = "crate::config::duration")]
    pub(crate) lease: Duration,
    pub(crate) worker: WorkerSection,
    pub(crate) queues: BTreeMap<String, QueueSection>,
    pub(crate) brokers: BTreeMap<String, BrokerSection>,
}

/// `[tasks.brokers.celery]`: who carries tasks to and from other programs.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(
    not(feature = "celery"),
    expect(dead_code, reason = "read, so that it is checked, and used with the feature")
)]
pub(crate) struct BrokerSection {
    /// `redis://..` or `amqp://..`
    pub(crate) url: Secret<String>,
    /// Where results are: `redis://..`
    pub(crate) results: Option<Secret<String>>,
    /// Where remote tasks go.
    #[serde(default = "celery")]
    pub(crate) queue: String,
    /// Whose messages are run here.
    pub(crate) serve: Option<String>,
    /// The `x-max-priority` with which queues are declared on RabbitMQ; as `task_queue_max_priority` of Celery's.
    pub(crate) max_priority: Option<u8>,
}

fn celery() -> String {
    "celery".to_owned()
}

/// `[tasks.worker]`: whether and what this process runs.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct WorkerSection {
    pub(crate) mode: Mode,
    /// The queues that are served; empty for all that tasks or `[tasks.queues]` name.
    pub(crate) queues: Vec<String>,
    /// How many tasks of one queue run at once in this process.
    pub(crate) slots: usize,
    /// How often a queue is looked into without being told.
    #[serde(with = "crate::config::duration")]
    pub(crate) poll: Duration,
}

/// `[tasks.queues.mail]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct QueueSection {
    /// How many run at once in the whole cluster.
    pub(crate) concurrency: Option<u32>,
    /// How many start in how long in the whole cluster: `"100/s"`.
    #[serde(deserialize_with = "rate")]
    pub(crate) rate: Option<Rate>,
    /// How many run at once in this process.
    pub(crate) slots: Option<usize>,
}

impl StoreKind {
    /// The name in the configuration.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// `store = ".."`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoreKind {
    #[default]
    Memory,
    Sqlite,
    Postgres,
}

/// `mode = ".."`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// The process that serves requests runs tasks too.
    #[default]
    Embedded,
    /// Only `worker` processes do.
    Off,
}

/// `migrate = ".."`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Migrate {
    #[default]
    Auto,
    Manual,
}

impl Default for TasksSection {
    fn default() -> Self {
        Self {
            store: StoreKind::default(),
            path: PathBuf::from("tasks.db"),
            url: None,
            limit: memory::LIMIT,
            migrate: Migrate::default(),
            lease: Duration::from_secs(30),
            worker: WorkerSection::default(),
            queues: BTreeMap::new(),
            brokers: BTreeMap::new(),
        }
    }
}

impl Default for WorkerSection {
    fn default() -> Self {
        Self { mode: Mode::default(), queues: Vec::new(), slots: 100, poll: Duration::from_millis(500) }
    }
}

impl TasksSection {
    /// How a process runs the tasks of these queues.
    pub(crate) fn run(&self, queues: impl IntoIterator<Item = QueueName>) -> RunSettings {
        let served = |queue: QueueName| {
            let own = self.queues.get(&*queue);
            let slots = own.and_then(|own| own.slots).unwrap_or(self.worker.slots).max(1);
            let limited = own.is_some_and(|own| own.concurrency.is_some() || own.rate.is_some());
            Served { queue, slots, limited }
        };
        RunSettings {
            lease: self.lease.max(Duration::from_secs(1)),
            poll: self.worker.poll.max(Duration::from_millis(10)),
            batch: 256,
            queues: queues.into_iter().map(served).collect(),
        }
    }
}

/// `"100/s"`, `"20/m"`, `"5/10s"`.
fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Rate>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| parse_rate(&text).map_err(D::Error::custom)).transpose()
}

fn parse_rate(text: &str) -> Result<Rate, String> {
    let wrong = || format!("`{text}` is no rate; write \"100/s\", \"20/m\" or \"5/10s\"");
    let (count, per) = text.split_once('/').ok_or_else(wrong)?;
    let per = if per.starts_with(|first: char| first.is_ascii_digit()) { per.to_owned() } else { format!("1{per}") };
    let count = count.trim().parse().ok().filter(|count| *count > 0).ok_or_else(wrong)?;
    let per = duration::parse(&per).ok().filter(|per| !per.is_zero()).ok_or_else(wrong)?;
    Ok(Rate { count, per })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        assert_eq!(parse_rate("100/s"), Ok(Rate { count: 100, per: Duration::from_secs(1) }));
        assert_eq!(parse_rate("5/10s"), Ok(Rate { count: 5, per: Duration::from_secs(10) }));
        for wrong in ["100", "0/s", "x/s", "5/", "5/0s"] {
            assert!(parse_rate(wrong).is_err(), "{wrong}");
        }
    }
}
