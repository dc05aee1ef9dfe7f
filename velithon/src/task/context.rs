//! What a running task knows about itself, and what it tells.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::id::TaskId;
use super::store::{Accepted, Claim, ClaimRef, Progress, TaskStore};
use crate::reply::{Error, Result};

/// How often a task's progress is written at most.
const PROGRESS: Duration = Duration::from_secs(1);

/// The run of a task: an argument of type `TaskContext` gets it.
///
/// ```ignore
/// #[task(timeout = "10m")]
/// async fn export(year: u16, ctx: TaskContext, reports: Inject<Reports>) -> Result<()> {
///     for (month, part) in reports.of(year).enumerate() {
///         if ctx.is_cancelled() { return Ok(()) }
///         ctx.progress(month as f64 / 12.0, "writing").await?;
///         part.write().await?;
///     }
///     ctx.step("mail", || reports.announce(year)).await
/// }
/// ```
#[derive(Clone)]
pub struct TaskContext(Arc<Inner>);

struct Inner {
    at: ClaimRef,
    attempt: u32,
    max_attempts: u32,
    trace: Option<String>,
    /// When the attempt is cut.
    deadline: Instant,
    cancelled: AtomicBool,
    told: Notify,
    steps: Mutex<BTreeMap<String, Bytes>>,
    /// Milliseconds after `begun` at which progress may be written again.
    quiet_until: AtomicI64,
    begun: Instant,
    store: Arc<dyn TaskStore>,
}

impl TaskContext {
    pub(crate) fn new(claim: &mut Claim, store: Arc<dyn TaskStore>, begun: Instant) -> Self {
        Self(Arc::new(Inner {
            at: claim.at,
            attempt: claim.attempt,
            max_attempts: claim.max_attempts,
            trace: claim.trace.take(),
            deadline: begun + claim.timeout,
            cancelled: AtomicBool::new(false),
            told: Notify::new(),
            steps: Mutex::new(std::mem::take(&mut claim.steps)),
            quiet_until: AtomicI64::new(0),
            begun,
            store,
        }))
    }

    /// The identity of the task, the same in every attempt: the key by which others tell a repetition.
    pub fn id(&self) -> TaskId {
        self.0.at.id
    }

    /// Which start this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.0.attempt
    }

    /// Whether there is no attempt after this one.
    pub fn is_last_attempt(&self) -> bool {
        self.0.attempt >= self.0.max_attempts
    }

    /// How long it may still take: then it is cut. A tenth of the timeout before, it is asked to stop.
    pub fn time_left(&self) -> Duration {
        self.deadline().saturating_duration_since(Instant::now())
    }

    /// When it is cut.
    pub fn deadline(&self) -> Instant {
        self.0.deadline
    }

    /// The W3C `traceparent` of whoever enqueued it.
    pub fn trace(&self) -> Option<&str> {
        self.0.trace.as_deref()
    }

    /// Whether it is to stop: it was called off, its time is nearly over, the process ends, or another worker has it.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }

    /// Resolves when it is to stop.
    pub async fn cancelled(&self) {
        loop {
            let mut told = std::pin::pin!(self.0.told.notified());
            told.as_mut().enable();
            if self.is_cancelled() {
                return;
            }
            told.await;
        }
    }

    pub(crate) fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Release);
        self.0.told.notify_waiters();
    }

    /// Tells how far it is, from 0 to 1, and in words. Written at most once a second; what comes sooner is left out.
    ///
    /// # Errors
    /// When the store does not answer. A task that need not care ignores it.
    pub async fn progress(&self, part: f64, text: impl Into<String>) -> Result<()> {
        let now = i64::try_from(self.0.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        let until = self.0.quiet_until.load(Ordering::Relaxed);
        let next = now.saturating_add(PROGRESS.as_millis() as i64);
        let mine = self.0.quiet_until.compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if now < until || !mine {
            return Ok(());
        }
        self.tell(Progress::Told(part.clamp(0.0, 1.0), text.into())).await
    }

    /// Does a part of the work once: when an earlier attempt finished the step of this name, its result is returned.
    ///
    /// The result is stored after the work is done. A crash between the two repeats the step, like everything a task does.
    ///
    /// # Errors
    /// What the work fails with, and when its result cannot be stored.
    pub async fn step<T, F>(&self, name: &str, work: impl FnOnce() -> F) -> Result<T>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T>>,
    {
        let stored = self.steps().get(name).cloned();
        if let Some(stored) = stored {
            return Ok(serde_json::from_slice(&stored)?);
        }
        let value = work().await?;
        let written = Bytes::from(serde_json::to_vec(&value)?);
        self.steps().insert(name.to_owned(), written.clone());
        self.tell(Progress::Step(name.to_owned(), written)).await?;
        Ok(value)
    }

    fn steps(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Bytes>> {
        self.0.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn tell(&self, progress: Progress) -> Result<()> {
        match self.0.store.progress(&self.0.at, progress).await? {
            Accepted::Accepted => Ok(()),
            Accepted::Stale => {
                self.cancel();
                Err(Error::internal("another worker has the task by now"))
            }
        }
    }
}

impl std::fmt::Debug for TaskContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskContext")
            .field("id", &self.0.at.id)
            .field("attempt", &self.0.attempt)
            .finish_non_exhaustive()
    }
}
