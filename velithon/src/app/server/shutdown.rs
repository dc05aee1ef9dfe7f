//! The one object by which every part of the application learns of the end, and by which the end waits for every part.
//!
//! A part that works on something [holds](Shutdown::hold) it. [`begin`](Shutdown::begin) announces the end: parts take
//! no new work, and [`finish`](Shutdown::finish) waits until nothing is held, or until the grace period is over; then
//! it cancels and counts what was cut.
//!
//! It stops nothing itself, and it knows no part by more than its [`Kind`].

use std::fmt;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

/// How far the end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Nobody has asked for the end.
    Running,
    /// No new work is taken; what has begun may finish.
    Draining,
    /// What is left is dropped.
    Cancelled,
}

/// What kind of work is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// An open connection, idle or not. It is waited for and never reported: its requests are.
    Connection,
    /// A request without its full reply.
    Request,
    /// A connection that changed its protocol: a WebSocket, a CONNECT tunnel.
    Upgrade,
    /// A task that runs in this process.
    Task,
    /// Work left behind by a request that has its reply.
    Background,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Connection, Self::Request, Self::Upgrade, Self::Task, Self::Background];

    /// The word for one of them in a report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Request => "request",
            Self::Upgrade => "upgraded connection",
            Self::Task => "task",
            Self::Background => "background job",
        }
    }
}

/// The shared end of the application; clones are the same end.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    phase: AtomicU8,
    turned: Notify,
    live: [AtomicUsize; Kind::ALL.len()],
    released: Notify,
    cut: [AtomicUsize; Kind::ALL.len()],
}

impl Shutdown {
    /// An end nobody has asked for yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How far the end has come.
    #[inline]
    pub fn phase(&self) -> Phase {
        match self.inner.phase.load(Ordering::SeqCst) {
            0 => Phase::Running,
            1 => Phase::Draining,
            _ => Phase::Cancelled,
        }
    }

    /// Whether new work is to be refused. A load of one shared word: fit for every request.
    #[inline]
    pub fn is_draining(&self) -> bool {
        self.phase() >= Phase::Draining
    }

    /// Announces the end. Further calls change nothing.
    pub fn begin(&self) {
        self.advance(Phase::Draining);
    }

    /// Ends the wait: what is still held now is counted as cut. Further calls change nothing.
    pub fn cancel(&self) {
        if self.advance(Phase::Cancelled) {
            for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Connection) {
                self.count_cut(kind, self.live(kind));
            }
        }
    }

    /// Resolves when the end is announced; at once if it was.
    pub async fn draining(&self) {
        self.reached(Phase::Draining).await;
    }

    /// Resolves when what is left must be dropped; at once if that was said.
    pub async fn cancelled(&self) {
        self.reached(Phase::Cancelled).await;
    }

    /// Marks one piece of work as begun; the end waits until the answer is dropped.
    ///
    /// It does not refuse: a part asks [`is_draining`](Self::is_draining) before it takes new work.
    pub fn hold(&self, kind: Kind) -> Held {
        self.inner.live[kind as usize].fetch_add(1, Ordering::SeqCst);
        Held { shutdown: self.clone(), kind: AtomicU8::new(kind as u8) }
    }

    /// How many pieces of this kind are held now.
    pub fn live(&self, kind: Kind) -> usize {
        self.inner.live[kind as usize].load(Ordering::SeqCst)
    }

    /// Waits until nothing is held, `grace` is over, or somebody cancels; then cancels, and says what was cut.
    pub async fn finish(&self, grace: Duration) -> Summary {
        tokio::select! {
            biased;
            () = self.released(&Kind::ALL) => {}
            () = self.cancelled() => {}
            () = sleep(grace) => {}
        }
        self.cancel();
        self.summary()
    }

    /// What was cut until now.
    pub fn summary(&self) -> Summary {
        let counts = Kind::ALL.map(|kind| (kind, self.inner.cut[kind as usize].load(Ordering::SeqCst)));
        Summary { cut: counts.into_iter().filter(|(_, count)| *count > 0).collect() }
    }

    /// Starts the end on SIGTERM or SIGINT (Ctrl-C where there are no signals); a second one cancels.
    ///
    /// # Errors
    /// When the system refuses the handlers.
    ///
    /// # Panics
    /// Outside a tokio runtime, like every tokio signal.
    pub fn on_signals(&self) -> io::Result<()> {
        let mut signals = Signals::new()?;
        let shutdown = self.clone();
        tokio::spawn(async move {
            signals.next().await;
            tracing::info!("the end was asked for; a second signal cuts what is unfinished");
            shutdown.begin();
            signals.next().await;
            shutdown.cancel();
        });
        Ok(())
    }

    /// Adds to what was cut: work that is only known to be lost when it is dropped.
    pub(super) fn count_cut(&self, kind: Kind, count: usize) {
        self.inner.cut[kind as usize].fetch_add(count, Ordering::SeqCst);
    }

    /// Resolves when none of these kinds is held.
    pub(super) async fn released(&self, kinds: &[Kind]) {
        loop {
            let mut released = pin!(self.inner.released.notified());
            // Enabled before the look, so that a release between look and wait is not missed.
            released.as_mut().enable();
            if kinds.iter().all(|kind| self.live(*kind) == 0) {
                return;
            }
            released.await;
        }
    }

    async fn reached(&self, phase: Phase) {
        loop {
            let mut turned = pin!(self.inner.turned.notified());
            turned.as_mut().enable();
            if self.phase() >= phase {
                return;
            }
            turned.await;
        }
    }

    fn advance(&self, to: Phase) -> bool {
        let moved = self.inner.phase.fetch_max(to as u8, Ordering::SeqCst) < to as u8;
        if moved {
            self.inner.turned.notify_waiters();
        }
        moved
    }

    fn release(&self, kind: u8) {
        self.inner.live[usize::from(kind)].fetch_sub(1, Ordering::SeqCst);
        // Nobody waits before the end is announced, and connections come and go by the thousand until then.
        if self.is_draining() {
            self.inner.released.notify_waiters();
        }
    }
}

/// One piece of work the end waits for; dropping it says that the work is over.
#[derive(Debug)]
#[must_use = "the work counts as over when this is dropped"]
pub struct Held {
    shutdown: Shutdown,
    kind: AtomicU8,
}

impl Held {
    /// Says that the work has become another kind, as when a connection turns into a WebSocket.
    pub fn turn(&self, kind: Kind) {
        self.shutdown.inner.live[kind as usize].fetch_add(1, Ordering::SeqCst);
        self.shutdown.release(self.kind.swap(kind as u8, Ordering::SeqCst));
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.shutdown.release(*self.kind.get_mut());
    }
}

/// How the end went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// How much of each kind was cut; kinds without a loss are left out.
    pub cut: Vec<(Kind, usize)>,
}

impl Summary {
    /// 0, or 1 if something was cut.
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.cut.is_empty())
    }
}

impl fmt::Display for Summary {
    /// `nothing was cut`, or `cut: 2 requests, 1 task`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.cut.is_empty() {
            return f.write_str("nothing was cut");
        }
        for (index, (kind, count)) in self.cut.iter().enumerate() {
            let (before, plural) = (if index == 0 { "cut: " } else { ", " }, if *count == 1 { "" } else { "s" });
            write!(f, "{before}{count} {}{plural}", kind.name())?;
        }
        Ok(())
    }
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "Ctrl-C cannot be heard");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn the_end_waits_for_what_is_held() {
        let shutdown = Shutdown::new();
        let held = shutdown.hold(Kind::Task);
        shutdown.begin();
        let mut finish = pin!(shutdown.finish(LONG));
        assert!(finish.as_mut().now_or_never().is_none());
        drop(held);
        assert_eq!(finish.await, Summary::default());
    }

    #[tokio::test(start_paused = true)]
    async fn what_outlives_the_grace_period_is_cut_and_counted() {
        let shutdown = Shutdown::new();
        let _held = [shutdown.hold(Kind::Task), shutdown.hold(Kind::Task), shutdown.hold(Kind::Upgrade)];
        shutdown.begin();
        let summary = shutdown.finish(Duration::from_secs(25)).await;
        assert_eq!(summary.cut, [(Kind::Upgrade, 1), (Kind::Task, 2)]);
        assert_eq!(summary.to_string(), "cut: 1 upgraded connection, 2 tasks");
        assert_eq!(summary.exit_code(), 1);
        assert_eq!(shutdown.phase(), Phase::Cancelled);
    }

    #[tokio::test]
    async fn a_second_order_ends_the_wait() {
        let shutdown = Shutdown::new();
        let _held = shutdown.hold(Kind::Background);
        shutdown.begin();
        let finish = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { shutdown.finish(LONG).await }
        });
        shutdown.cancel();
        shutdown.cancel();
        assert_eq!(finish.await.unwrap().cut, [(Kind::Background, 1)]);
    }

    #[tokio::test]
    async fn everybody_hears_of_the_end_early_and_late_listeners_alike() {
        let shutdown = Shutdown::new();
        let mut early = pin!(shutdown.draining());
        assert!(early.as_mut().now_or_never().is_none());
        shutdown.begin();
        early.await;
        shutdown.draining().await;
        assert!(shutdown.cancelled().now_or_never().is_none());
    }

    #[test]
    fn work_that_changes_its_kind_is_counted_once() {
        let shutdown = Shutdown::new();
        let held = shutdown.hold(Kind::Connection);
        held.turn(Kind::Upgrade);
        assert_eq!((shutdown.live(Kind::Connection), shutdown.live(Kind::Upgrade)), (0, 1));
        drop(held);
        assert_eq!(shutdown.live(Kind::Upgrade), 0);
    }
}
