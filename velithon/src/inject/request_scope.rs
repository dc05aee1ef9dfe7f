//! The values of one request: built when first asked for, finished together, in reverse order.
//!
//! The middleware chain and the handler share one scope. [`Guard`] finishes it when the inner layers have returned, and,
//! when the request's future is dropped before that, hands what is left to the [`Reaper`], since a drop cannot wait.

use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock};

use futures_util::FutureExt;
use tokio::sync::{OnceCell, mpsc};

use super::provide::{BoxFuture, FinishFn, ProviderRecord};
use super::{Object, Outcome};
use crate::peer::Admission;
use crate::reply::{Error, Result};

/// The table of one request, empty until a place asks.
pub(crate) struct RequestScope {
    size: usize,
    cells: OnceLock<Box<[OnceCell<Object>]>>,
    /// Held only to push or to take.
    ends: Mutex<Ends>,
}

/// What is left to do when the request is over.
#[derive(Default)]
struct Ends {
    /// What has been built and wants an end, in the order of building.
    built: Vec<(Object, FinishFn)>,
    /// The request's place among those in flight, which its ends keep: however many clients leave, no more requests are
    /// worked for than the server allows.
    _admission: Option<Admission>,
}

impl RequestScope {
    pub(crate) fn new(size: usize, admission: Option<Admission>) -> Self {
        let ends = Ends { built: Vec::new(), _admission: admission };
        Self { size, cells: OnceLock::new(), ends: Mutex::new(ends) }
    }

    /// The value at `index`, built by `build` when this is the first place of the request that asks.
    pub(crate) async fn get(
        &self,
        index: usize,
        record: &ProviderRecord,
        build: impl Future<Output = Result<Object, Error>>,
    ) -> Result<Object, Error> {
        let cells = self.cells.get_or_init(|| (0..self.size).map(|_| OnceCell::new()).collect());
        let cell = cells.get(index).ok_or_else(|| Error::internal("a request-scoped value outside the plan"))?;
        let object = cell
            .get_or_try_init(|| async {
                let object = build.await?;
                if let Some(finish) = record.finish {
                    self.lock().built.push((Arc::clone(&object), finish));
                }
                Ok::<_, Error>(object)
            })
            .await?;
        Ok(Arc::clone(object))
    }

    fn take_ends(&self) -> Ends {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Ends> {
        // Nothing is awaited and nothing can panic while it is held.
        self.ends.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Ends what was built in reverse order; the first failure is told, the rest still run.
async fn finish_all(mut ends: Ends, outcome: Outcome) -> Result<()> {
    let mut first = Ok(());
    while let Some((object, finish)) = ends.built.pop() {
        let finished = std::panic::AssertUnwindSafe(finish(object, outcome)).catch_unwind().await;
        let finished = finished.unwrap_or_else(|_| Err(Error::internal("`finish` of a request-scoped value panicked")));
        match finished {
            Err(error) if first.is_ok() => first = Err(error),
            Err(error) => tracing::error!(%error, "a request-scoped value failed to finish"),
            Ok(()) => {}
        }
    }
    first
}

/// Sees to it that a scope is finished exactly once, whatever becomes of the request.
pub(crate) struct Guard {
    scope: Arc<RequestScope>,
    reaper: Reaper,
    /// What runs at the end: made at the first call, so that a dropped request goes on where it was.
    finishing: Option<BoxFuture<'static, Result<()>>>,
    done: bool,
}

impl Guard {
    pub(crate) fn new(scope: Arc<RequestScope>, reaper: Reaper) -> Self {
        Self { scope, reaper, finishing: None, done: false }
    }

    /// Finishes what was built.
    pub(crate) async fn finish(mut self, outcome: Outcome) -> Result<()> {
        let ends = self.scope.take_ends();
        if ends.built.is_empty() {
            self.done = true;
            return Ok(());
        }
        let finishing = self.finishing.insert(Box::pin(finish_all(ends, outcome)));
        let result = finishing.await;
        self.finishing = None;
        self.done = true;
        result
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let rest = match self.finishing.take() {
            Some(half_run) => half_run,
            None => {
                let outcome = if std::thread::panicking() { Outcome::Panicked } else { Outcome::Disconnected };
                let ends = self.scope.take_ends();
                if ends.built.is_empty() {
                    return;
                }
                Box::pin(finish_all(ends, outcome))
            }
        };
        self.reaper.take(rest);
    }
}

/// Runs the ends of requests whose client is gone: one long-lived task, drained before singletons stop.
#[derive(Clone)]
pub(crate) struct Reaper(mpsc::UnboundedSender<BoxFuture<'static, Result<()>>>);

impl Reaper {
    /// The reaper and the work to be driven by one task until every sender is gone.
    pub(crate) fn new() -> (Self, impl Future<Output = ()> + Send + 'static) {
        // Bounded by the requests in flight: each sends at most one end, which keeps the request's place until it has run.
        let (sender, mut receiver) = mpsc::unbounded_channel::<BoxFuture<'static, Result<()>>>();
        let work = async move {
            let mut running = futures_util::stream::FuturesUnordered::new();
            loop {
                use futures_util::StreamExt;
                tokio::select! {
                    arrived = receiver.recv() => match arrived {
                        Some(end) => running.push(end),
                        None => break,
                    },
                    Some(ended) = running.next(), if !running.is_empty() => tell(ended),
                }
            }
            use futures_util::StreamExt;
            while let Some(ended) = running.next().await {
                tell(ended);
            }
        };
        (Self(sender), work)
    }

    fn take(&self, end: BoxFuture<'static, Result<()>>) {
        // The receiver outlives every request: `App` drains it after the last connection.
        let _ = self.0.send(end);
    }
}

fn tell(ended: Result<()>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a request-scoped value failed to finish after its client had gone");
    }
}
