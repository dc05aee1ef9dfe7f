//! Tells the metrics how the queues stand.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::workers::Engine;

/// How often.
const EVERY: Duration = Duration::from_secs(10);

/// Asks the store until the end is announced, if anybody reads the metrics.
pub(super) async fn gauge(engine: Arc<Engine>) {
    while engine.metrics.are_read() {
        tokio::select! {
            () = sleep(EVERY) => {}
            () = engine.draining() => return,
        }
        if let Ok(rows) = engine.store.queues().await {
            rows.iter().for_each(|row| engine.metrics.queue(row));
        }
    }
}
