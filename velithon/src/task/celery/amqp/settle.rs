//! What this process has, and how its attempts end: what follows is sent and the result told, then it is acknowledged.

use std::sync::Arc;
use std::time::Duration;

use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicNackOptions};

use super::link::{Link, fault};
use super::{Shared, delay};
use crate::task::celery::chain::{Next, after_failure, after_success};
use crate::task::celery::envelope::{Carried, Message};
use crate::task::celery::result::TaskMeta;
use crate::task::state::{End, TaskState};
use crate::task::store::{Accepted, Ending, Outcome, QueueName, Result};
use crate::task::time::Timestamp;

/// Where dead letters are kept.
const DEAD: &str = "velithon.dead";

/// A delivery that is not acknowledged yet.
pub(super) struct Held {
    pub(super) queue: QueueName,
    pub(super) message: Message,
    pub(super) max_attempts: u32,
    pub(super) cancelled: bool,
    delivery: Delivery,
    /// The connection it came over; with it the claim ends.
    link: Arc<Link>,
}

impl Held {
    pub(super) fn new(
        queue: QueueName,
        message: Message,
        max_attempts: u32,
        delivery: Delivery,
        link: Arc<Link>,
    ) -> Self {
        Self { queue, message, max_attempts, cancelled: false, delivery, link }
    }

    pub(super) fn is_live(&self) -> bool {
        self.link.is_live()
    }

    /// Notes the result of a step, which goes with the retry.
    pub(super) fn step(&mut self, name: String, result: &[u8]) {
        let value = serde_json::from_slice(result).unwrap_or_default();
        self.message.headers.velithon.get_or_insert_with(Carried::default).steps.insert(name, value);
    }

    pub(super) fn link(&self) -> &Link {
        &self.link
    }

    pub(super) async fn ack(&self) -> Result<()> {
        self.delivery.ack(BasicAckOptions::default()).await.map(|_| ()).map_err(fault)
    }

    pub(super) async fn requeue(self) -> lapin::Result<()> {
        let options = BasicNackOptions { requeue: true, ..BasicNackOptions::default() };
        self.delivery.nack(options).await.map(|_| ())
    }
}

pub(super) async fn complete(shared: &Shared, ending: &Ending) -> Result<Accepted> {
    let Some(held) = shared.held().remove(&ending.claim) else { return Ok(Accepted::Stale) };
    if !held.is_live() {
        // It was delivered to another when the connection was lost.
        return Ok(Accepted::Stale);
    }
    let done = settle(shared, &held, &ending.outcome, None).await;
    if let Err(error) = done {
        // Whoever says it again finds it.
        shared.held().insert(ending.claim, held);
        return Err(error);
    }
    held.ack().await?;
    Ok(Accepted::Accepted)
}

/// Ends what no worker is to see: refused, expired, revoked.
pub(super) async fn end(shared: &Shared, held: Held, outcome: &Outcome, told: Option<TaskMeta>) -> Result<()> {
    settle(shared, &held, outcome, told).await?;
    held.ack().await
}

async fn settle(shared: &Shared, held: &Held, outcome: &Outcome, told: Option<TaskMeta>) -> Result<()> {
    let now = Timestamp::now();
    let attempt = held.message.headers.retries + 1;
    let (state, wait) = after(outcome.end, attempt >= held.max_attempts, held.cancelled);
    let follow = follow(shared, &held.message, outcome, state, now);
    let children: Vec<String> = follow.iter().map(|next| next.message.headers.id.clone()).collect();
    for next in &follow {
        held.link.publish(&next.queue, &next.message).await?;
    }
    if !held.message.headers.ignore_result {
        let own = || TaskMeta::of(&held.message.headers, outcome, state, &children, now);
        shared.tell_results(&[told.unwrap_or_else(own)]).await?;
    }
    match state {
        TaskState::Dead => bury(&held.link, &held.delivery, outcome.error.as_deref().unwrap_or_default()).await,
        TaskState::Done | TaskState::Cancelled => Ok(()),
        TaskState::Queued | TaskState::Running => again(held, outcome.end, wait).await,
    }
}

/// Sends the next attempt; only when it is safe is this one acknowledged.
async fn again(held: &Held, end: End, wait: Duration) -> Result<()> {
    let mut message = held.message.clone();
    if matches!(end, End::Failed { .. }) {
        message.headers.retries += 1;
    }
    message.headers.eta = None;
    if wait.is_zero() {
        held.link.publish(&held.queue, &message).await
    } else {
        delay::publish(&held.link, &held.queue, &message, wait).await
    }
}

/// Keeps a message as it came among the dead letters, with the reason.
pub(super) async fn bury(link: &Link, delivery: &Delivery, why: &str) -> Result<()> {
    link.declare(DEAD, None).await?;
    let mut headers = delivery.properties.headers().clone().unwrap_or_default();
    headers.insert("velithon_error".into(), lapin::types::AMQPValue::LongString(why.into()));
    headers.insert("velithon_queue".into(), lapin::types::AMQPValue::LongString(delivery.routing_key.as_str().into()));
    let mut properties = BasicProperties::default().with_headers(headers).with_delivery_mode(2);
    if let Some(kind) = delivery.properties.content_type() {
        properties = properties.with_content_type(kind.clone());
    }
    if let Some(encoding) = delivery.properties.content_encoding() {
        properties = properties.with_content_encoding(encoding.clone());
    }
    link.confirmed(DEAD, &delivery.data, properties).await
}

fn follow(shared: &Shared, message: &Message, outcome: &Outcome, state: TaskState, now: Timestamp) -> Vec<Next> {
    match state {
        TaskState::Done => {
            let result = outcome.result.as_deref().and_then(|result| serde_json::from_slice(result).ok());
            after_success(message, &result.unwrap_or_default(), &shared.settings.queue, now)
        }
        TaskState::Dead => after_failure(message, &shared.settings.queue, now),
        _ => Vec::new(),
    }
}

/// Where a task stands after an attempt, and how long until the next.
fn after(end: End, used_up: bool, cancelled: bool) -> (TaskState, Duration) {
    match end {
        End::Done => (TaskState::Done, Duration::ZERO),
        End::Dead(_) => (TaskState::Dead, Duration::ZERO),
        End::Cancelled => (TaskState::Cancelled, Duration::ZERO),
        _ if cancelled => (TaskState::Cancelled, Duration::ZERO),
        End::Failed { .. } if used_up => (TaskState::Dead, Duration::ZERO),
        End::Failed { retry_in } | End::Unknown { retry_in } => (TaskState::Queued, retry_in),
    }
}
