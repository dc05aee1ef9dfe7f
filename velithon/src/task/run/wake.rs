//! Passes the store's hints on to the pools.

use std::sync::Arc;

use futures_util::StreamExt;
use tokio::sync::Notify;

use super::workers::Engine;
use crate::task::store::QueueName;

/// Wakes pools until the end is announced; a store whose hints end is polled.
pub(super) async fn wake(engine: Arc<Engine>, pools: Vec<(QueueName, Arc<Notify>)>) {
    let mut hints = engine.store.wake();
    loop {
        tokio::select! {
            hint = hints.next() => match hint {
                Some(queue) => pools.iter().filter(|(name, _)| *name == queue).for_each(|(_, turn)| turn.notify_one()),
                None => return,
            },
            () = engine.draining() => return,
        }
    }
}
