//! What the metrics page says about tasks.

use std::borrow::Cow;

use tokio::time::Instant;

use crate::inject::Inject;
use crate::metrics::Metrics;
use crate::task::store::{Claim, Outcome, QueueName, QueueRow};

/// Records what happens to tasks, if the application has metrics.
#[derive(Default)]
pub(crate) struct TaskMetrics(Option<Inject<Metrics>>);

/// What is said of a task when it ends.
pub(super) struct Told {
    name: Cow<'static, str>,
    queue: QueueName,
    begun: Instant,
}

impl TaskMetrics {
    pub(crate) fn new(metrics: Option<Inject<Metrics>>) -> Self {
        Self(metrics)
    }

    /// Tasks that were kept.
    pub(crate) fn enqueued(&self, task: &str, queue: &str, count: u64) {
        let Some(metrics) = &self.0 else { return };
        metrics.add("velithon_task_enqueued", count, [("task", task), ("queue", queue)]);
    }

    pub(super) fn started(&self, claim: &Claim) -> Told {
        if let Some(metrics) = &self.0 {
            metrics.increment("velithon_task_started", [("task", &*claim.name), ("queue", &*claim.queue)]);
            metrics.histogram("velithon_task_pickup_seconds", claim.waited);
        }
        Told { name: claim.name.clone(), queue: QueueName::clone(&claim.queue), begun: Instant::now() }
    }

    pub(super) fn finished(&self, told: &Told, outcome: &Outcome) {
        let Some(metrics) = &self.0 else { return };
        let labels = [("task", &*told.name), ("queue", &*told.queue), ("outcome", outcome.end.name())];
        metrics.increment("velithon_task_finished", labels);
        metrics.histogram("messaging_process_duration_seconds", told.begun.elapsed());
    }

    pub(super) fn stale(&self) {
        if let Some(metrics) = &self.0 {
            metrics.increment("velithon_task_stale_ack", []);
        }
    }

    pub(super) fn lost(&self, count: u64) {
        if let Some(metrics) = &self.0 {
            metrics.add("velithon_task_lost_lease", count, []);
        }
    }

    /// How a queue stands.
    pub(super) fn queue(&self, row: &QueueRow) {
        let Some(metrics) = &self.0 else { return };
        metrics.gauge_with("velithon_task_queue_depth", row.queued, [("queue", &*row.name)]);
        let oldest = row.oldest_due.unwrap_or_default();
        metrics.gauge_with("velithon_task_oldest_due_seconds", oldest, [("queue", &*row.name)]);
    }

    /// Whether anybody reads them.
    pub(super) fn are_read(&self) -> bool {
        self.0.is_some()
    }
}
