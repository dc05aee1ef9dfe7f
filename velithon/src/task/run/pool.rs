//! One queue: claims as many tasks as it has free slots, and runs each by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::attempt::attempt;
use super::completer::{Ended, PATIENCE};
use super::held::HeldTask;
use super::workers::{Engine, Served};
use crate::task::context::TaskContext;
use crate::task::store::Claim;

/// The shortest rest, for what the store says is due in less.
const SHORTEST: Duration = Duration::from_millis(1);

/// The tasks of one queue that run in this process.
pub(super) struct Pool {
    engine: Arc<Engine>,
    served: Served,
    /// Slots that are taken.
    taken: Arc<AtomicUsize>,
    /// Whether more may be due than there were slots: only then does a free slot ask the store.
    hungry: Arc<AtomicBool>,
    /// A slot is free again, or something became due.
    turn: Arc<Notify>,
    endings: mpsc::Sender<Ended>,
}

impl Pool {
    pub(super) fn new(engine: Arc<Engine>, served: Served, endings: mpsc::Sender<Ended>) -> Self {
        Self { engine, served, taken: Arc::default(), hungry: Arc::default(), turn: Arc::default(), endings }
    }

    /// What wakes the pool.
    pub(super) fn turn(&self) -> Arc<Notify> {
        Arc::clone(&self.turn)
    }

    /// Claims and runs until the end is announced; returns when all that ran has ended or was cut.
    pub(super) async fn run(self) {
        let mut tasks = JoinSet::new();
        let mut wait = PATIENCE.0;
        while !self.engine.is_draining() {
            // Before the look, so that a slot that is free right after it is not missed.
            self.hungry.store(true, Ordering::Release);
            let free = self.free();
            let idle = if free == 0 { self.engine.settings.poll } else { self.fill(free, &mut tasks, &mut wait).await };
            self.rest(idle, &mut tasks).await;
        }
        tokio::select! {
            () = async { while tasks.join_next().await.is_some() {} } => {}
            () = self.engine.cut() => tasks.shutdown().await,
        }
    }

    fn free(&self) -> usize {
        self.served.slots.saturating_sub(self.taken.load(Ordering::Acquire))
    }

    /// Claims up to `free` tasks and starts them; how long to rest then.
    async fn fill(&self, free: usize, tasks: &mut JoinSet<()>, wait: &mut Duration) -> Duration {
        let Engine { store, worker, settings, .. } = &*self.engine;
        let n = u32::try_from(free).unwrap_or(u32::MAX).min(settings.batch);
        match store.claim(&self.served.queue, n, *worker, settings.lease).await {
            Ok(claims) => {
                *wait = PATIENCE.0;
                let all = claims.taken.len() == n as usize;
                self.hungry.store(all || self.served.limited, Ordering::Release);
                self.start(claims.taken, tasks);
                if all { Duration::ZERO } else { claims.next_in.unwrap_or(settings.poll).min(settings.poll) }
            }
            Err(error) => {
                tracing::warn!(%error, queue = &*self.served.queue, "the store gives no tasks; once more in {wait:?}");
                let now = *wait;
                *wait = (now * 2).min(PATIENCE.1);
                now
            }
        }
    }

    fn start(&self, claims: Vec<Claim>, tasks: &mut JoinSet<()>) {
        let now = Instant::now();
        let lease_until = now + self.engine.settings.lease;
        let contexts: Vec<(Claim, TaskContext)> = claims
            .into_iter()
            .map(|mut claim| {
                let context = TaskContext::new(&mut claim, Arc::clone(&self.engine.store), now);
                (claim, context)
            })
            .collect();
        let held = |(claim, context): &(Claim, TaskContext)| HeldTask {
            at: claim.at,
            name: claim.name.clone(),
            context: context.clone(),
            lease_until,
        };
        self.engine.held.add(contexts.iter().map(held));
        self.taken.fetch_add(contexts.len(), Ordering::AcqRel);
        for (claim, context) in contexts {
            tasks.spawn(self.one(claim, context));
        }
    }

    /// One task with its slot.
    fn one(&self, claim: Claim, context: TaskContext) -> impl Future<Output = ()> + Send + 'static {
        let (engine, endings) = (Arc::clone(&self.engine), self.endings.clone());
        let slot =
            Slot { taken: Arc::clone(&self.taken), hungry: Arc::clone(&self.hungry), turn: Arc::clone(&self.turn) };
        async move {
            let _slot = slot;
            let told = engine.metrics.started(&claim);
            let ending = attempt(&engine, claim, context).await;
            // The receiver outlives every pool.
            let _ = endings.send(Ended { ending, told }).await;
        }
    }

    /// Until something became due, a slot is free again, or it is time to look by oneself.
    async fn rest(&self, idle: Duration, tasks: &mut JoinSet<()>) {
        while tasks.try_join_next().is_some() {}
        if idle.is_zero() && self.free() > 0 {
            return;
        }
        tokio::select! {
            () = self.turn.notified() => {}
            () = sleep(idle.max(SHORTEST)) => {}
            () = self.engine.draining() => {}
        }
    }
}

/// Free again when dropped.
struct Slot {
    taken: Arc<AtomicUsize>,
    hungry: Arc<AtomicBool>,
    turn: Arc<Notify>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.taken.fetch_sub(1, Ordering::AcqRel);
        if self.hungry.load(Ordering::Acquire) {
            self.turn.notify_one();
        }
    }
}
