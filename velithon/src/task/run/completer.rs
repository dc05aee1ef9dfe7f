//! Hands endings to the store, as many at once as there are: one commit for a batch.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::metrics::Told;
use super::workers::Engine;
use crate::task::store::{Accepted, Ending};

/// How many endings one call carries at most.
const BATCH: usize = 500;

/// How long a store that is gone is left alone, from the first to the last time.
pub(super) const PATIENCE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// An ending, and what the metrics say about it.
pub(super) struct Ended {
    pub(super) ending: Ending,
    pub(super) told: Told,
}

/// Completes what comes until nobody can send any more.
pub(super) async fn complete(engine: Arc<Engine>, mut endings: mpsc::Receiver<Ended>) {
    let mut ended = Vec::with_capacity(BATCH);
    while endings.recv_many(&mut ended, BATCH).await > 0 {
        let (batch, told): (Vec<Ending>, Vec<Told>) = ended.drain(..).map(|one| (one.ending, one.told)).unzip();
        let accepted = accepted(&engine, &batch).await;
        engine.held.remove(batch.iter().map(|ending| ending.claim));
        for ((ending, told), accepted) in batch.iter().zip(told).zip(accepted) {
            match accepted {
                Accepted::Accepted => engine.metrics.finished(&told, &ending.outcome),
                Accepted::Stale => stale(&engine, ending),
            }
        }
    }
}

/// The store's answers; the call is repeated while the store is gone, which does no harm.
async fn accepted(engine: &Engine, batch: &[Ending]) -> Vec<Accepted> {
    let mut wait = PATIENCE.0;
    loop {
        match engine.store.complete(batch).await {
            Ok(accepted) => return accepted,
            Err(error) if error.is_passing() => {
                tracing::warn!(%error, ended = batch.len(), "the store does not take what has ended; once more in {wait:?}");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(PATIENCE.1);
            }
            Err(error) => {
                tracing::error!(%error, ended = batch.len(), "the store refuses what has ended; the tasks will be lost leases");
                return Vec::new();
            }
        }
    }
}

fn stale(engine: &Engine, ending: &Ending) {
    engine.metrics.stale();
    let claim = ending.claim;
    tracing::warn!(id = %claim.id, fence = claim.fence, "a task ended here after its lease; its outcome is discarded");
}
