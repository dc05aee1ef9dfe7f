//! Deliveries: buffered until a claim asks for them, which is at once, since no more come than the worker has slots.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::link::{Link, fault, short};
use super::settle::{self, Held};
use super::{Shared, delay, fields, urgency};
use crate::task::celery::control::Revoke;
use crate::task::celery::envelope::{Carried, Message, Properties, Refused};
use crate::task::celery::message::Delay;
use crate::task::celery::result::TaskMeta;
use crate::task::celery::settings::KnownTask;
use crate::task::state::{End, Reason};
use crate::task::store::{Claim, ClaimRef, Claims, Outcome, QueueName, Result};
use crate::task::time::Timestamp;

/// How long a broker that is gone is left alone.
const PATIENCE: Duration = Duration::from_millis(250);

/// The deliveries of one queue over one connection.
pub(super) struct Buffer {
    link: Arc<Link>,
    deliveries: mpsc::UnboundedReceiver<Delivery>,
}

impl Buffer {
    /// Starts to consume; no more than `most` deliveries are under way at once, so that none waits in this process.
    async fn open(shared: &Arc<Shared>, link: Arc<Link>, queue: &QueueName, most: u16) -> Result<Self> {
        link.declare(queue, shared.settings.max_priority).await?;
        let channel = link.channel().await?;
        channel.basic_qos(most, BasicQosOptions::default()).await.map_err(fault)?;
        let options = BasicConsumeOptions::default();
        let consumer = channel.basic_consume(short(queue)?, "".into(), options, FieldTable::default());
        let mut consumer = consumer.await.map_err(fault)?;
        // No bound is needed: RabbitMQ sends no more than the limit above.
        let (sender, deliveries) = mpsc::unbounded_channel();
        let (wakes, queue) = (shared.wakes.clone(), QueueName::clone(queue));
        tokio::spawn(async move {
            // The channel lives as long as its deliveries are wanted.
            let _channel = channel;
            while let Some(Ok(delivery)) = consumer.next().await {
                if sender.send(delivery).is_err() {
                    return;
                }
                // Nobody listens to the error: that no worker sleeps.
                let _ = wakes.send(QueueName::clone(&queue));
            }
        });
        Ok(Self { link, deliveries })
    }
}

/// Up to `n` deliveries that are to run.
pub(super) async fn claim(shared: &Arc<Shared>, queue: &QueueName, n: u32) -> Result<Claims> {
    let (link, deliveries) = deliveries(shared, queue, n).await?;
    let mut claims = Claims::default();
    for delivery in deliveries {
        claims.taken.extend(settle(shared, queue, delivery, &link).await?);
    }
    Ok(claims)
}

async fn deliveries(shared: &Arc<Shared>, queue: &QueueName, n: u32) -> Result<(Arc<Link>, Vec<Delivery>)> {
    let mut buffers = shared.buffers.lock().await;
    if buffers.get(queue).is_none_or(|buffer| !buffer.link.is_live() || buffer.deliveries.is_closed()) {
        // The first claim asks for as many as there are slots.
        let most = u16::try_from(n).unwrap_or(u16::MAX).max(1);
        let buffer = Buffer::open(shared, shared.links.get().await?, queue, most).await?;
        buffers.insert(QueueName::clone(queue), buffer);
    }
    let Some(buffer) = buffers.get_mut(queue) else { return Ok((shared.links.get().await?, Vec::new())) };
    let mut deliveries = Vec::new();
    while deliveries.len() < n as usize
        && let Ok(delivery) = buffer.deliveries.try_recv()
    {
        deliveries.push(delivery);
    }
    Ok((Arc::clone(&buffer.link), deliveries))
}

fn read(delivery: &Delivery) -> std::result::Result<Message, Refused> {
    let about = &delivery.properties;
    let text = |field: &Option<lapin::types::ShortString>| field.as_ref().map(|text| text.as_str().to_owned());
    let headers = about.headers().as_ref().map(fields::json).unwrap_or_default();
    let priority = about.priority().unwrap_or(0);
    let id = headers.get("id").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let mut properties = Properties::new(id, delivery.routing_key.as_str(), priority);
    if let Some(reply_to) = text(about.reply_to()).and_then(|text| text.parse().ok()) {
        properties.reply_to = reply_to;
    }
    let (kind, encoding) = (text(about.content_type()), text(about.content_encoding()));
    Message::from_parts(kind.as_deref(), encoding.as_deref(), headers, &delivery.data, properties)
}

/// What is to run; everything else is settled here.
async fn settle(
    shared: &Arc<Shared>,
    queue: &QueueName,
    delivery: Delivery,
    link: &Arc<Link>,
) -> Result<Option<Claim>> {
    let message = match read(&delivery) {
        Ok(message) => message,
        Err(why) => return refuse(link, &delivery, &why).await.map(|()| None),
    };
    let known = shared.settings.tasks.get(&message.headers.task);
    let (redelivered, max_attempts) = (delivery.redelivered, known.map_or(21, |known| known.max_attempts));
    let held = Held::new(QueueName::clone(queue), message, max_attempts, delivery, Arc::clone(link));
    let (cancelled, now) = (Outcome { end: End::Cancelled, error: None, result: None }, Timestamp::now());
    if redelivered {
        return crashed(shared, held, known).await.map(|()| None);
    }
    if shared.revoked().contains(&held.message.headers.id) {
        return settle::end(shared, held, &cancelled, None).await.map(|()| None);
    }
    match held.message.delay(now) {
        Some(Delay::Expired) => {
            let told = TaskMeta::expired(&held.message.headers, now);
            settle::end(shared, held, &cancelled, Some(told)).await.map(|()| None)
        }
        Some(Delay::Until(time)) => later(held, time.since(now)).await.map(|()| None),
        None => run(shared, held, known).await,
    }
}

/// A dead letter, as it came.
async fn refuse(link: &Link, delivery: &Delivery, why: &Refused) -> Result<()> {
    tracing::warn!(queue = delivery.routing_key.as_str(), "a message is put among the dead letters: {why}");
    settle::bury(link, delivery, &why.to_string()).await?;
    delivery.ack(BasicAckOptions::default()).await.map(|_| ()).map_err(fault)
}

/// It was with a worker that was lost: counted in the message itself, since classic queues do not count.
async fn crashed(shared: &Shared, mut held: Held, known: Option<&KnownTask>) -> Result<()> {
    let crashes = &mut held.message.headers.velithon.get_or_insert_with(Carried::default).crashes;
    *crashes += 1;
    let most = known.map_or(3, |known| known.max_crashes);
    if *crashes >= most {
        let error = Some(format!("{most} workers that had it were lost"));
        let outcome = Outcome { end: End::Dead(Reason::Crashed), error, result: None };
        return settle::end(shared, held, &outcome, None).await;
    }
    held.send_again(None).await
}

async fn later(held: Held, wait: Duration) -> Result<()> {
    held.send_again(Some(wait)).await
}

async fn run(shared: &Shared, held: Held, known: Option<&KnownTask>) -> Result<Option<Claim>> {
    let message = &held.message;
    let Ok(id) = message.headers.id.parse() else { return Ok(None) };
    let payload = match message.body.positional(known.map(|known| &*known.arguments)) {
        Ok(payload) => payload,
        Err(why) => {
            let outcome = Outcome { end: End::Dead(Reason::Undecodable), error: Some(why), result: None };
            return settle::end(shared, held, &outcome, None).await.map(|()| None);
        }
    };
    let steps = message.headers.velithon.iter().flat_map(|carried| &carried.steps);
    let steps = steps.map(|(name, value)| (name.clone(), Bytes::from(value.to_string()))).collect();
    let attempt = message.headers.retries + 1;
    let at = ClaimRef { id, fence: shared.fences.fetch_add(1, Ordering::Relaxed) };
    let claim = Claim {
        at,
        name: Cow::Owned(message.headers.task.clone()),
        queue: QueueName::clone(&held.queue),
        priority: urgency(message),
        payload: payload.into(),
        attempt,
        max_attempts: held.max_attempts,
        timeout: message.timeout(known),
        result: known.and_then(|known| known.result),
        steps,
        trace: message.headers.traceparent.clone(),
        enqueued_at: Timestamp::now(),
        waited: Duration::ZERO,
    };
    shared.held().insert(at, held);
    Ok(Some(claim))
}

impl Held {
    /// Sends it to its queue again as it is now, perhaps after a while, and lets the delivery go.
    async fn send_again(self, wait: Option<Duration>) -> Result<()> {
        match wait {
            Some(wait) => delay::publish(self.link(), &self.queue, &self.message, wait).await?,
            None => self.link().publish(&self.queue, &self.message).await?,
        }
        self.ack().await
    }
}

/// Listens for revocations for as long as the store lives.
pub(super) async fn hear(shared: Arc<Shared>) {
    loop {
        if let Err(error) = listen(&shared).await {
            tracing::debug!(%error, "revocations are not heard; once more in {PATIENCE:?}");
        }
        sleep(PATIENCE).await;
    }
}

async fn listen(shared: &Shared) -> Result<()> {
    let link = shared.links.get().await?;
    let (channel, queue) = link.hearing().await?;
    let options = BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() };
    let mut heard = channel.basic_consume(queue, "".into(), options, FieldTable::default()).await.map_err(fault)?;
    while let Some(delivery) = heard.next().await {
        if let Some(revoke) = Revoke::from_body(&delivery.map_err(fault)?.data) {
            shared.obey(&revoke);
        }
    }
    Ok(())
}
