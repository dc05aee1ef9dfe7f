//! Work that a handler leaves behind: begun when the reply has been sent, bounded, and waited for at the end.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::priority::TaskPriority;
use crate::inject;
use crate::inject::{BoxFuture, Inject, Key, Provide};
use crate::metrics::Metrics;
use crate::peer::AfterReply;
use crate::reply::Error;
use crate::route::{Call, FromCall, Rejected};

/// How much may wait in one process.
const WAITING: usize = 1024;
/// How much may run at once in one process.
const RUNNING: usize = 64;
/// How long the end of a test waits for what is left.
const PATIENCE: Duration = Duration::from_secs(4);

/// Work that a handler leaves behind: an argument of type `Background` takes it.
///
/// ```
/// use velithon::prelude::*;
///
/// #[post("/orders/{id}")]
/// async fn order(id: u64, background: Background) -> Result<String> {
///     background.add_task(async move { tracing_of(id).await })?;
///     Ok(format!("order {id} is taken"))
/// }
///
/// async fn tracing_of(id: u64) {
///     println!("order {id} was taken");
/// }
/// # fn main() {}
/// ```
///
/// It begins when the reply's last byte was handed to the system, never before, and not at all when the handler panics or is
/// dropped. 1024 may wait and 64 run in one process. It ends with the process, whose end waits for it within its grace: what
/// must survive a crash is a [task](super).
#[derive(Clone)]
pub struct Background(Arc<Pile>);

/// What keeps the end of the application waiting until it is dropped.
type Held = Box<dyn std::any::Any + Send>;

/// What one request leaves behind.
struct Pile {
    backlog: Arc<Backlog>,
    route: Arc<str>,
    jobs: Mutex<Option<Vec<Job>>>,
}

struct Job {
    priority: TaskPriority,
    route: Arc<str>,
    work: BoxFuture<'static, ()>,
    /// Of the places in the process; given back when the work begins.
    _held: Option<Held>,
}

impl Background {
    /// Runs a future after the reply.
    ///
    /// # Errors
    /// [`BackgroundFull`] when as much waits as may wait.
    pub fn add_task(&self, work: impl Future<Output = ()> + Send + 'static) -> Result<(), BackgroundFull> {
        self.add_task_with(TaskPriority::Normal, work)
    }

    /// The same, before or behind others that wait.
    ///
    /// # Errors
    /// As [`add_task`](Self::add_task).
    pub fn add_task_with(
        &self,
        priority: TaskPriority,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), BackgroundFull> {
        self.0.add(priority, Box::pin(work))
    }

    /// Runs a closure after the reply, on a thread that may wait.
    ///
    /// # Errors
    /// As [`add_task`](Self::add_task).
    pub fn spawn_blocking(&self, work: impl FnOnce() + Send + 'static) -> Result<(), BackgroundFull> {
        self.add_task(async move {
            if let Err(error) = tokio::task::spawn_blocking(work).await
                && error.is_panic()
            {
                std::panic::resume_unwind(error.into_panic());
            }
        })
    }
}

impl fmt::Debug for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Background").field(&self.0.route).finish()
    }
}

impl FromCall for Background {
    fn dependency() -> Option<&'static Key> {
        Some(BackgroundWork::key())
    }

    fn from_call(call: &Call, slot: usize) -> Result<Self, Rejected> {
        let object = call.object_of(slot, BackgroundWork::key())?;
        let backlog = Arc::clone(&BackgroundWork::view(&*object).backlog);
        let notes = call.notes().ok_or_else(|| Error::internal("background work outside of a route"))?;
        let pile = Pile { backlog, route: call.route(), jobs: Mutex::new(Some(Vec::new())) };
        let pile = Arc::new(pile);
        // A second argument of this type shares the reply with the first.
        notes.after_reply(Arc::clone(&pile) as Arc<dyn AfterReply>);
        Ok(Self(pile))
    }
}

impl Pile {
    fn add(&self, priority: TaskPriority, work: BoxFuture<'static, ()>) -> Result<(), BackgroundFull> {
        let held = self.backlog.take_place()?;
        let job = Job { priority, route: Arc::clone(&self.route), work, _held: held };
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *jobs {
            Some(jobs) => jobs.push(job),
            // The reply is sent already.
            None => self.backlog.release(vec![job]),
        }
        Ok(())
    }

    fn take(&self) -> Option<Vec<Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl AfterReply for Pile {
    fn sent(&self) {
        if let Some(jobs) = self.take() {
            self.backlog.release(jobs);
        }
    }
}

impl Drop for Pile {
    /// The handler panicked or was dropped before it returned: its reply was never to be sent.
    fn drop(&mut self) {
        if let Some(jobs) = self.take() {
            self.backlog.give_up(jobs.len());
        }
    }
}

/// As much waits as may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackgroundFull;

impl fmt::Display for BackgroundFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{WAITING} pieces of background work are waiting, and no more may")
    }
}

impl std::error::Error for BackgroundFull {}

/// The background work of the application; handlers see it as [`Background`].
#[inject(stop = finish)]
#[doc(hidden)]
pub struct BackgroundWork {
    metrics: Inject<Metrics>,
    #[inject(value = Backlog::new())]
    backlog: Arc<Backlog>,
}

impl BackgroundWork {
    /// Lets the end of the application wait for what runs, by holding what `hold` gives for each piece.
    pub(crate) fn until(&self, hold: impl Fn() -> Held + Send + Sync + 'static) {
        let _ = self.backlog.hold.set(Box::new(hold));
        let _ = self.backlog.metrics.set(self.metrics.clone());
    }

    /// Waits for what is left, for a while.
    async fn finish(&self) {
        let _ = tokio::time::timeout(PATIENCE, self.backlog.empty()).await;
    }
}

/// What waits and runs in one process.
struct Backlog {
    state: Mutex<State>,
    /// Providers are built on the control runtime, which outlives the threads of requests.
    runtime: Option<Handle>,
    hold: OnceLock<Box<dyn Fn() -> Held + Send + Sync>>,
    metrics: OnceLock<Inject<Metrics>>,
    emptied: Notify,
}

#[derive(Default)]
struct State {
    /// Places that are taken: added and not yet begun.
    waiting: usize,
    running: usize,
    /// Released, by priority.
    ready: [VecDeque<Job>; 4],
}

impl Backlog {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            runtime: Handle::try_current().ok(),
            hold: OnceLock::new(),
            metrics: OnceLock::new(),
            emptied: Notify::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_place(&self) -> Result<Option<Held>, BackgroundFull> {
        let mut state = self.state();
        if state.waiting >= WAITING {
            drop(state);
            if let Some(metrics) = self.metrics.get() {
                metrics.increment("velithon_background_refused", []);
            }
            return Err(BackgroundFull);
        }
        state.waiting += 1;
        Ok(self.hold.get().map(|hold| hold()))
    }

    fn give_up(&self, count: usize) {
        let mut state = self.state();
        state.waiting = state.waiting.saturating_sub(count);
        self.emptied.notify_waiters();
    }

    fn release(self: &Arc<Self>, jobs: Vec<Job>) {
        let mut state = self.state();
        for job in jobs {
            state.ready[usize::from(job.priority.level())].push_back(job);
        }
        drop(state);
        while self.begin_one() {}
    }

    /// Begins the most urgent one, if there is room.
    fn begin_one(self: &Arc<Self>) -> bool {
        let mut state = self.state();
        if state.running >= RUNNING {
            return false;
        }
        let Some(job) = state.ready.iter_mut().find_map(VecDeque::pop_front) else { return false };
        state.waiting = state.waiting.saturating_sub(1);
        state.running += 1;
        drop(state);
        let work = Arc::clone(self).run(job);
        match &self.runtime {
            Some(runtime) => drop(runtime.spawn(work)),
            None => drop(tokio::spawn(work)),
        }
        true
    }

    async fn run(self: Arc<Self>, job: Job) {
        let _running = Running(Arc::clone(&self));
        if let Err(panic) = AssertUnwindSafe(job.work).catch_unwind().await {
            let error = Error::of_panic("background work", &*panic);
            tracing::error!(route = &*job.route, %error, "background work of a handler failed");
        }
    }

    async fn empty(&self) {
        loop {
            let mut emptied = std::pin::pin!(self.emptied.notified());
            emptied.as_mut().enable();
            let done = {
                let state = self.state();
                state.waiting + state.running == 0
            };
            if done {
                return;
            }
            emptied.await;
        }
    }
}

/// One that runs, until this is dropped.
struct Running(Arc<Backlog>);

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.running = state.running.saturating_sub(1);
        drop(state);
        self.0.emptied.notify_waiters();
        while self.0.begin_one() {}
    }
}
