//! Renews leases from a thread of its own, so that a task that blocks every other thread loses none; and gives up on
//! tasks that neither end nor yield.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::held::HeldTask;
use super::workers::Engine;
use crate::task::store::{ClaimRef, Renewal, TaskStore};

/// How long a task may go on without yielding after its time is over.
const STUCK: Duration = Duration::from_secs(10);

/// How many leases one call renews.
const BATCH: usize = 500;

/// How often it looks when leases are long.
const LOOK: Duration = Duration::from_secs(1);

/// Starts the thread.
///
/// # Errors
/// When the system has no thread left.
pub(super) fn start(engine: Arc<Engine>) -> std::io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let renewing = move || runtime.block_on(renew(&engine));
    thread::Builder::new().name("velithon-lease".to_owned()).spawn(renewing)
}

async fn renew(engine: &Engine) {
    // Connections belong to a runtime; those of the workers' may not be driven when it matters.
    let own = match engine.store.own_connections().await {
        Ok(own) => own,
        Err(error) => {
            tracing::warn!(%error, "leases are renewed over the connections of the workers");
            None
        }
    };
    let store = own.as_ref().unwrap_or(&engine.store);
    let every = engine.settings.lease / 3;
    let mut next = Instant::now() + every;
    while !engine.has_ended() {
        tokio::select! {
            () = sleep(LOOK.min(every)) => {}
            () = engine.ended() => break,
        }
        let tasks = watched(engine);
        if Instant::now() >= next {
            let renewed = renew_all(engine, &**store, &tasks).await;
            // A store that did not answer is asked again at once: the leases are running out.
            next = if renewed { Instant::now() + every } else { Instant::now() };
        }
    }
    if let Some(own) = own {
        own.close().await;
    }
}

/// What this process has, less what is stuck or lost.
fn watched(engine: &Engine) -> Vec<HeldTask> {
    let now = Instant::now();
    let (lost, held): (Vec<_>, Vec<_>) = engine.held.all().into_iter().partition(|task| {
        let stuck = now >= task.context.deadline() + STUCK;
        let over = now >= task.lease_until;
        if stuck {
            tracing::error!(task = %task.name, id = %task.at.id, "a task neither ended nor yielded after its time; its lease is given up");
        } else if over {
            tracing::warn!(task = %task.name, id = %task.at.id, "a lease ran out while the store did not answer");
        }
        stuck || over
    });
    give_up(engine, &lost);
    held
}

fn give_up(engine: &Engine, lost: &[HeldTask]) {
    if lost.is_empty() {
        return;
    }
    lost.iter().for_each(|task| task.context.cancel());
    engine.held.remove(lost.iter().map(|task| task.at));
    engine.metrics.lost(lost.len() as u64);
}

/// Whether the store answered for all of them.
async fn renew_all(engine: &Engine, store: &dyn TaskStore, tasks: &[HeldTask]) -> bool {
    for batch in tasks.chunks(BATCH) {
        let asked = Instant::now();
        let claims: Vec<ClaimRef> = batch.iter().map(|task| task.at).collect();
        match store.renew(&claims, engine.settings.lease).await {
            Ok(renewals) => told(engine, batch, &renewals, asked + engine.settings.lease),
            Err(error) => {
                tracing::warn!(%error, tasks = batch.len(), "leases could not be renewed");
                return false;
            }
        }
    }
    true
}

fn told(engine: &Engine, batch: &[HeldTask], renewals: &[Renewal], until: Instant) {
    let both = || batch.iter().zip(renewals);
    let held = both().filter(|(_, renewal)| **renewal != Renewal::Lost).map(|(task, _)| task.at);
    engine.held.renewed(held, until);
    for (task, _) in both().filter(|(_, renewal)| **renewal == Renewal::CancelRequested) {
        task.context.cancel();
    }
    let lost: Vec<HeldTask> =
        both().filter(|(_, renewal)| **renewal == Renewal::Lost).map(|(task, _)| task.clone()).collect();
    for task in &lost {
        tracing::warn!(task = %task.name, id = %task.at.id, "another worker has the task; its outcome here will be discarded");
    }
    give_up(engine, &lost);
}
