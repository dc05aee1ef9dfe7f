//! Hints from one part of a process to another.

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::sync::broadcast;

use super::QueueName;

/// The queues that are told, for as long as somebody can tell. Hints that came too fast are left out: the next one says
/// as much.
pub(crate) fn wakes(told: broadcast::Receiver<QueueName>) -> BoxStream<'static, QueueName> {
    let next = |mut told: broadcast::Receiver<QueueName>| async move {
        loop {
            match told.recv().await {
                Ok(queue) => return Some((queue, told)),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    };
    stream::unfold(told, next).boxed()
}
