//! What runs beside the calls: hints of new messages, revocations, and what was delayed for other workers.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep;

use super::connection::{self, fault};
use super::{Shared, scripts};
use crate::task::celery::control::Revoke;
use crate::task::celery::priority;
use crate::task::priority::TaskPriority;
use crate::task::store::{QueueName, Result};

/// How long a server that is gone is left alone.
const PATIENCE: Duration = Duration::from_millis(250);
/// How often a list that is not empty is pointed at: whoever has no free slot is not told without pause.
const APART: Duration = Duration::from_millis(20);
/// The longest wait until it looks for what is due to go to other workers.
const LOOK: Duration = Duration::from_millis(250);
/// How many of these go at once.
const BATCH: u32 = 500;

/// The background work of one store; ends when it is dropped.
pub(super) struct Watch([AbortHandle; 2]);

impl Watch {
    pub(super) fn start(shared: &Arc<Shared>) -> Self {
        let remote = tokio::spawn(send_delayed(Arc::clone(shared)));
        let revocations = tokio::spawn(hear(Arc::clone(shared)));
        Self([remote.abort_handle(), revocations.abort_handle()])
    }

    pub(super) fn stop(&self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn send_delayed(shared: Arc<Shared>) {
    loop {
        let call = scripts::REMOTE.arg(BATCH);
        let next: Result<i64> = scripts::run(&call, &mut shared.connection()).await;
        let wait = next.ok().and_then(|next| u64::try_from(next).ok()).map_or(LOOK, Duration::from_micros);
        sleep(wait.clamp(Duration::from_millis(1), LOOK)).await;
    }
}

/// Listens for revocations for as long as the store lives.
async fn hear(shared: Arc<Shared>) {
    loop {
        if let Err(error) = listen(&shared).await {
            tracing::debug!(%error, "revocations are not heard; once more in {PATIENCE:?}");
        }
        sleep(PATIENCE).await;
    }
}

async fn listen(shared: &Shared) -> Result<()> {
    let mut heard = shared.client.get_async_pubsub().await.map_err(fault)?;
    heard.subscribe(Revoke::channel(shared.database)).await.map_err(fault)?;
    let mut messages = heard.on_message();
    while let Some(message) = messages.next().await {
        if let Some(revoke) = Revoke::from_json(message.get_payload_bytes()) {
            shared.obey(&revoke).await?;
        }
    }
    Ok(())
}

/// Hints of new messages in the queues that are served here, whoever sent them.
pub(super) fn wakes(shared: &Arc<Shared>) -> BoxStream<'static, QueueName> {
    let (sender, receiver) = mpsc::channel(1);
    let mut waiting = JoinSet::new();
    for queue in &shared.settings.serve {
        for level in TaskPriority::ALL {
            let list = priority::list(queue, priority::redis(level));
            waiting.spawn(point_at(shared.client.clone(), list, QueueName::clone(queue), sender.clone()));
        }
    }
    let next = |(mut receiver, waiting): (mpsc::Receiver<QueueName>, JoinSet<()>)| async move {
        receiver.recv().await.map(|queue| (queue, (receiver, waiting)))
    };
    stream::unfold((receiver, waiting), next).boxed()
}

/// Names a queue whenever one of its lists is not empty.
///
/// Moving the last message of a list to where it stands changes nothing, and waits until there is one: so a message of
/// Celery's, which pushes to the list and tells nobody, is noticed at once.
async fn point_at(client: redis::Client, list: String, queue: QueueName, hints: mpsc::Sender<QueueName>) {
    while !hints.is_closed() {
        let Ok(mut connection) = connection::waiting(&client).await else {
            sleep(PATIENCE).await;
            continue;
        };
        loop {
            let mut wait = redis::cmd("BLMOVE");
            wait.arg(&list).arg(&list).arg("RIGHT").arg("RIGHT").arg(30);
            match wait.query_async::<redis::Value>(&mut connection).await {
                Ok(redis::Value::Nil) => {}
                Ok(_) if hints.send(QueueName::clone(&queue)).await.is_err() => return,
                Ok(_) => sleep(APART).await,
                Err(_) => break,
            }
        }
        sleep(PATIENCE).await;
    }
}
