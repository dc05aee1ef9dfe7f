//! Schedules: every process says when one is due, and the store believes the first.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::sleep;

use super::completer::PATIENCE;
use super::workers::Engine;
use crate::task::cron::Schedule;
use crate::task::job::scheduled;
use crate::task::record::{Overlap, TaskRecord};
use crate::task::store::{Result, StoreError, StoreFault};
use crate::task::time::Timestamp;

/// The longest sleep: clocks are set, and machines sleep.
const LONGEST: Duration = Duration::from_secs(60);

/// Starts a ticker for each schedule.
pub(super) fn start(engine: &Arc<Engine>, handle: &Handle) {
    for record in engine.registry.scheduled() {
        let Some(Ok(schedule)) = record.options.cron.as_ref().map(Schedule::read) else { continue };
        drop(handle.spawn(tick(Arc::clone(engine), record, schedule)));
    }
}

async fn tick(engine: Arc<Engine>, record: &'static TaskRecord, schedule: Schedule) {
    tokio::select! {
        () = ticking(&engine, record, &schedule) => {}
        () = engine.draining() => {}
    }
}

/// Ticks for ever; what fails is tried again, from the last tick that the store has.
async fn ticking(engine: &Engine, record: &'static TaskRecord, schedule: &Schedule) {
    let mut wait = PATIENCE.0;
    loop {
        match until_failure(engine, record, schedule, &mut wait).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(%error, task = record.name, "a schedule could not be followed; once more in {wait:?}");
                sleep(wait).await;
                wait = (wait * 2).min(PATIENCE.1);
            }
        }
    }
}

async fn until_failure(
    engine: &Engine,
    record: &'static TaskRecord,
    schedule: &Schedule,
    wait: &mut Duration,
) -> Result<()> {
    let now = engine.store.now().await?;
    let mut last = match engine.store.last_tick(record.name).await? {
        Some(last) => last,
        None => {
            engine.store.cron_tick(record.name, now, None).await?;
            now
        }
    };
    for missed in schedule.missed(last, now) {
        due(engine, record, missed).await?;
    }
    last = last.max(now);
    while let Some(next) = schedule.next(last) {
        let now = engine.store.now().await?;
        if now < next {
            sleep(next.since(now).min(LONGEST)).await;
            continue;
        }
        due(engine, record, next).await?;
        (last, *wait) = (next, PATIENCE.0);
    }
    Ok(())
}

/// Says that a tick is due; the store keeps its task once.
async fn due(engine: &Engine, record: &'static TaskRecord, tick: Timestamp) -> Result<()> {
    let alone = record.options.cron.is_some_and(|cron| cron.overlap == Overlap::Skip);
    let task = scheduled(record, alone).map_err(|error| StoreError::new(StoreFault::Refused, error.to_string()))?;
    engine.store.cron_tick(record.name, tick, Some(task)).await.map(drop)
}
