//! All that runs tasks in this process: its parts are started together and end in order.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Handle, Runtime};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::completer::{Ended, complete};
use super::held::Held;
use super::metrics::TaskMetrics;
use super::pool::Pool;
use super::{cron, gauge, lease, sweep, wake};
use crate::inject::Container;
use crate::task::id::WorkerId;
use crate::task::registry::Registry;
use crate::task::store::{QueueName, TaskStore};

/// Endings on their way to the store; a task keeps its slot until its ending is among them.
const ENDINGS: usize = 4096;

/// How this process runs tasks.
#[derive(Debug, Clone)]
pub(crate) struct RunSettings {
    /// How long a claim holds without renewal.
    pub(crate) lease: Duration,
    /// How often a queue is looked into without being told.
    pub(crate) poll: Duration,
    /// How many tasks one claim takes at most.
    pub(crate) batch: u32,
    /// The queues served here.
    pub(crate) queues: Vec<Served>,
}

/// One queue that is served here.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    pub(crate) queue: QueueName,
    /// How many of its tasks run at once in this process.
    pub(crate) slots: usize,
    /// Whether the store may hold back what is due, since the queue has limits in the whole cluster.
    pub(crate) limited: bool,
}

/// How far the end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Running,
    /// Nothing more is claimed.
    Draining,
    /// What still runs is dropped.
    Cut,
    /// Everything has ended; the lease thread may go.
    Ended,
}

/// What all parts share.
pub(crate) struct Engine {
    pub(super) store: Arc<dyn TaskStore>,
    pub(super) registry: Arc<Registry>,
    pub(super) container: Arc<Container>,
    pub(crate) held: Held,
    pub(super) metrics: Arc<TaskMetrics>,
    pub(super) worker: WorkerId,
    pub(super) settings: RunSettings,
    phase: watch::Sender<Phase>,
}

impl Engine {
    /// How many tasks run now.
    pub(crate) fn running(&self) -> usize {
        self.held.len()
    }

    pub(super) fn is_draining(&self) -> bool {
        *self.phase.borrow() >= Phase::Draining
    }

    pub(super) fn has_ended(&self) -> bool {
        *self.phase.borrow() >= Phase::Ended
    }

    pub(super) async fn draining(&self) {
        self.reached(Phase::Draining).await;
    }

    pub(super) async fn cut(&self) {
        self.reached(Phase::Cut).await;
    }

    pub(super) async fn ended(&self) {
        self.reached(Phase::Ended).await;
    }

    async fn reached(&self, phase: Phase) {
        // The sender is in this very object, so the channel is open.
        let _ = self.phase.subscribe().wait_for(|now| *now >= phase).await;
    }

    fn enter(&self, phase: Phase) {
        self.phase.send_if_modified(|now| {
            let later = *now < phase;
            *now = phase.max(*now);
            later
        });
    }
}

/// Where tasks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On threads of their own, so that a task that computes delays no request.
    OwnThreads,
    /// On the runtime of the caller, as in a test whose time stands still.
    Here,
}

/// The running parts.
pub(crate) struct Workers {
    engine: Arc<Engine>,
    pools: JoinSet<()>,
    completer: tokio::task::JoinHandle<()>,
    lease: Option<JoinHandle<()>>,
    runtime: Option<Runtime>,
}

impl Workers {
    /// Starts everything.
    ///
    /// # Errors
    /// When the system has no threads left.
    pub(crate) fn start(
        store: Arc<dyn TaskStore>,
        registry: Arc<Registry>,
        container: Arc<Container>,
        metrics: Arc<TaskMetrics>,
        settings: RunSettings,
        place: Place,
    ) -> std::io::Result<Self> {
        let (worker, phase) = (WorkerId::new(), watch::Sender::new(Phase::Running));
        let engine = Engine { store, registry, container, held: Held::default(), metrics, worker, settings, phase };
        let engine = Arc::new(engine);
        let runtime = match place {
            Place::Here => None,
            Place::OwnThreads => Some(runtime()?),
        };
        let handle = runtime.as_ref().map_or_else(Handle::current, |runtime| runtime.handle().clone());
        let lease = lease::start(Arc::clone(&engine))?;
        let (sender, receiver) = mpsc::channel::<Ended>(ENDINGS);
        let completer = handle.spawn(complete(Arc::clone(&engine), receiver));
        let mut pools = JoinSet::new();
        let mut turns = Vec::new();
        for served in &engine.settings.queues {
            let pool = Pool::new(Arc::clone(&engine), served.clone(), sender.clone());
            turns.push((QueueName::clone(&served.queue), pool.turn()));
            pools.spawn_on(pool.run(), &handle);
        }
        drop(handle.spawn(wake::wake(Arc::clone(&engine), turns)));
        drop(handle.spawn(sweep::sweep(Arc::clone(&engine))));
        drop(handle.spawn(gauge::gauge(Arc::clone(&engine))));
        cron::start(&engine, &handle);
        Ok(Self { engine, pools, completer, lease: Some(lease), runtime })
    }

    /// What the parts share, for whoever calls tasks off.
    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Claims nothing more.
    pub(crate) fn close(&self) {
        self.engine.enter(Phase::Draining);
    }

    /// Waits until every task has ended; what still runs when `cut` resolves is dropped and given back uncounted.
    ///
    /// Tasks are asked to stop when nine tenths of `grace` are over. Returns how many were dropped.
    pub(crate) async fn drain(mut self, grace: Duration, cut: impl Future<Output = ()>) -> usize {
        self.close();
        let mut cut = std::pin::pin!(cut);
        let ask = async {
            sleep(grace.mul_f64(0.9)).await;
            self.engine.held.cancel_all();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = async { while self.pools.join_next().await.is_some() {} } => {}
            () = ask => {}
            () = &mut cut => {
                self.engine.held.cancel_all();
                self.engine.enter(Phase::Cut);
                while self.pools.join_next().await.is_some() {}
            }
        }
        // The last pool has dropped its end of the channel, so the completer ends when it has said everything.
        let _ = self.completer.await;
        let left = give_back(&self.engine).await;
        self.engine.enter(Phase::Ended);
        if let Some(lease) = self.lease.take() {
            let _ = tokio::task::spawn_blocking(move || lease.join()).await;
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        left
    }
}

/// Gives back what was dropped, without counting the attempt.
async fn give_back(engine: &Engine) -> usize {
    let claims: Vec<_> = engine.held.all().into_iter().map(|task| task.at).collect();
    if claims.is_empty() {
        return 0;
    }
    if let Err(error) = engine.store.release(&claims).await {
        tracing::warn!(%error, tasks = claims.len(), "unfinished tasks could not be given back; others get them when their leases are over");
    }
    claims.len()
}

/// The threads that tasks run on.
fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("velithon-task").build()
}
