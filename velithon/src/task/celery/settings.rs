//! What a broker is told when it is opened.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::task::record::TaskOptions;
use crate::task::store::QueueName;

/// Where a Celery broker is, and which of its queues are served here.
#[derive(Debug, Clone, Default)]
pub struct CelerySettings {
    /// The broker: `redis://host:6379/0`, `amqp://user:password@host:5672/vhost`.
    pub url: String,
    /// The Redis database in which results are kept; without one nobody can ask for a result.
    pub results: Option<String>,
    /// The queue of tasks that follow another and name none; Celery's own is `celery`.
    pub queue: String,
    /// The queues whose messages run here.
    pub serve: Vec<QueueName>,
    /// The `x-max-priority` of queues that are declared here, on RabbitMQ.
    pub max_priority: Option<u8>,
    /// The tasks that run here, by name.
    pub tasks: HashMap<String, KnownTask>,
}

/// What is known of a task that runs here.
#[derive(Debug, Clone)]
pub struct KnownTask {
    /// The names of its arguments, for messages that name them.
    pub arguments: Arc<[&'static str]>,
    /// Starts that may be.
    pub max_attempts: u32,
    /// How many lost workers make it dead.
    pub max_crashes: u32,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How long its result is kept.
    pub result: Option<Duration>,
}

impl KnownTask {
    /// Of a task with these arguments and options.
    pub fn new(arguments: &[&'static str], options: &TaskOptions) -> Self {
        Self {
            arguments: arguments.into(),
            max_attempts: options.retries.saturating_add(1),
            max_crashes: options.max_crashes.max(1),
            timeout: options.timeout,
            result: options.result,
        }
    }
}

impl CelerySettings {
    /// Whether the messages of a queue run here.
    pub fn serves(&self, queue: &str) -> bool {
        self.serve.iter().any(|served| **served == *queue)
    }
}
