//! Finds what lost workers left behind, and removes what is kept no longer.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::workers::Engine;

/// How often each process looks; they do not look together.
const EVERY: Duration = Duration::from_secs(5);

/// How much one call does.
const LIMIT: u32 = 500;

/// Sweeps until the end is announced.
pub(super) async fn sweep(engine: Arc<Engine>) {
    loop {
        let every = EVERY.min(engine.settings.lease / 2);
        tokio::select! {
            () = sleep(every.mul_f64(0.75 + fastrand::f64() / 2.0)) => {}
            () = engine.draining() => return,
        }
        while once(&engine).await {}
    }
}

/// Whether there is more to do at once.
async fn once(engine: &Engine) -> bool {
    match engine.store.sweep(LIMIT).await {
        Ok(swept) => {
            if swept.lost > 0 {
                tracing::warn!(lost = swept.lost, dead = swept.dead, "workers were lost; their tasks go to others");
            }
            swept.lost >= u64::from(LIMIT) || swept.removed >= u64::from(LIMIT)
        }
        Err(error) => {
            tracing::warn!(%error, "lost workers could not be looked for");
            false
        }
    }
}
