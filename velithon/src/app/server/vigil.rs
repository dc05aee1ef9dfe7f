//! Keeps the time of one connection, and listens for the end of the server.
//!
//! After each turn of hyper, the connection asks [`Vigil::poll`] what the time says. There is one timer per connection:
//! it is set when the connection opens, fires, looks at what the connection does by then, and is set again. A request
//! neither sets nor resets it; only a head that has to be waited for does.
//!
//! It closes nothing and answers nothing; it only says what has come about.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::futures::OwnedNotified;
use tokio::task::coop::has_budget_remaining;
use tokio::time::{Instant, Sleep, sleep};

use super::link::{Phase, Pulse};
use super::worker::{Stage, Worker};

/// How long a client that was told to leave may take to do so.
const GOODBYE: Duration = Duration::from_secs(2);

/// How long a connection is idle before it gives back what only a request needs: longer than the pauses of a client that
/// is at work.
const PARK_AFTER: Duration = Duration::from_secs(2);

/// The same where many connections hold what a request needs.
const PARK_SOON: Duration = Duration::from_millis(50);

/// What a connection has to heed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// The head that has begun took too long.
    SlowHead,
    /// No request came for as long as a connection may wait.
    Idle,
    /// No request has come for a while, or others need the memory.
    Park,
    /// The client has taken nothing of what is sent to it for too long.
    Unread,
    /// The server is closing, and no head is on the way.
    Closing,
    /// What is unfinished is to be dropped.
    Cut,
}

/// The watch over one connection.
pub(super) struct Vigil {
    worker: Arc<Worker>,
    timer: Pin<Box<Sleep>>,
    turned: Pin<Box<OwnedNotified>>,
    /// The task's waker lies with the timer and the notice: a task keeps its waker, so once is enough.
    registered: bool,
    seen: Stage,
    told_closing: bool,
    patience: Duration,
    idle_since: u64,
    head_due: Instant,
    unread_due: Instant,
    /// Whether there is something to give back.
    may_park: bool,
    /// The timer is set to [`PARK_SOON`].
    hurried: bool,
    /// No request has ended since the timer fired.
    quiet: bool,
}

impl Vigil {
    pub(super) fn new(worker: Arc<Worker>) -> Self {
        let idle_since = worker.clock.now();
        let timer = Box::pin(sleep(worker.clock.left(idle_since, worker.keep_alive).min(PARK_AFTER)));
        let turned = Box::pin(worker.turned.clone().notified_owned());
        let head_due = timer.deadline();
        Self {
            patience: worker.keep_alive,
            worker,
            timer,
            turned,
            registered: false,
            seen: Stage::Open,
            told_closing: false,
            idle_since,
            head_due,
            unread_due: head_due,
            may_park: false,
            hurried: false,
            quiet: false,
        }
    }

    /// Whether [`Event::Park`] is of use from now on.
    pub(super) fn may_park(&mut self, may: bool) {
        self.may_park = may;
    }

    /// What has come about; pending, with the task to be woken, when nothing has.
    #[inline]
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, pulse: &Pulse) -> Poll<Event> {
        if !self.registered {
            self.register(cx);
        }
        let stage = self.worker.stage();
        if stage != Stage::Open
            && let Some(event) = self.turn(cx, stage, pulse)
        {
            return Poll::Ready(event);
        }
        if pulse.is_newly_stuck() {
            self.begin_stuck(cx, pulse);
        }
        match pulse.phase() {
            Phase::IdleNew => {
                self.idle_since = self.worker.clock.now();
                self.quiet = false;
                pulse.set(Phase::Idle);
                if self.may_park && !self.hurried && self.worker.is_crowded() {
                    self.park_soon(cx);
                }
            }
            Phase::HeadNew => self.begin_head(cx, pulse),
            Phase::Idle | Phase::Head | Phase::Busy => {}
        }
        if self.timer.is_elapsed() { self.fired(cx, pulse) } else { Poll::Pending }
    }

    /// From now on an idle connection gets [`GOODBYE`] only: it was told to leave.
    pub(super) fn hurry(&mut self, cx: &mut Context<'_>) {
        self.patience = self.patience.min(GOODBYE);
        self.idle_since = self.worker.clock.now();
        self.set_timer(cx, Instant::now() + self.worker.clock.left(self.idle_since, self.patience));
    }

    fn register(&mut self, cx: &mut Context<'_>) {
        // Without budget the timer would not keep the waker; tokio then polls the task again at once.
        self.registered = has_budget_remaining();
        let _ = self.timer.as_mut().poll(cx);
        if self.turned.as_mut().poll(cx).is_ready() {
            self.turned.set(self.worker.turned.clone().notified_owned());
            let _ = self.turned.as_mut().poll(cx);
        }
    }

    #[cold]
    fn turn(&mut self, cx: &mut Context<'_>, stage: Stage, pulse: &Pulse) -> Option<Event> {
        if self.seen != stage {
            self.seen = stage;
            // The notice is spent: the next one is asked for before the stage is read again.
            self.register(cx);
        }
        if self.worker.stage() == Stage::Cut {
            return Some(Event::Cut);
        }
        // hyper would drop a head that is half read; it is told when the request has begun.
        if self.told_closing || pulse.phase().is_head() {
            return None;
        }
        self.told_closing = true;
        Some(Event::Closing)
    }

    fn begin_head(&mut self, cx: &mut Context<'_>, pulse: &Pulse) {
        self.head_due = Instant::now() + self.worker.head_timeout;
        pulse.set(Phase::Head);
        if self.head_due < self.timer.deadline() {
            self.set_timer(cx, self.head_due);
        }
    }

    #[cold]
    fn begin_stuck(&mut self, cx: &mut Context<'_>, pulse: &Pulse) {
        self.unread_due = Instant::now() + self.worker.send_timeout;
        pulse.watch_stuck();
        if self.unread_due < self.timer.deadline() {
            self.set_timer(cx, self.unread_due);
        }
    }

    #[cold]
    fn fired(&mut self, cx: &mut Context<'_>, pulse: &Pulse) -> Poll<Event> {
        let now = Instant::now();
        self.hurried = false;
        let (due, event) = match pulse.phase() {
            Phase::Head | Phase::HeadNew => (self.head_due, Event::SlowHead),
            Phase::Idle | Phase::IdleNew => self.next_of_idle(now, pulse),
            // The application has the request: look again when it could have been idle long enough.
            Phase::Busy if self.may_park => (now + self.patience.min(PARK_AFTER), Event::Idle),
            Phase::Busy => (now + self.patience, Event::Idle),
        };
        let (due, event) =
            if pulse.is_stuck() && self.unread_due < due { (self.unread_due, Event::Unread) } else { (due, event) };
        if due <= now {
            return Poll::Ready(event);
        }
        self.set_timer(cx, due);
        Poll::Pending
    }

    /// What an idle connection comes to next, and when.
    fn next_of_idle(&mut self, now: Instant, pulse: &Pulse) -> (Instant, Event) {
        let end = now + self.worker.clock.left(self.idle_since, self.patience);
        if !self.may_park || pulse.is_stuck() {
            return (end, Event::Idle);
        }
        let park = if !self.worker.is_crowded() {
            now + self.worker.clock.left(self.idle_since, PARK_AFTER)
        } else if self.quiet {
            now
        } else {
            (self.hurried, self.quiet) = (true, true);
            now + PARK_SOON
        };
        if park < end { (park, Event::Park) } else { (end, Event::Idle) }
    }

    /// Looks soon whether the connection is quiet; the requests that come meanwhile set no timer.
    #[cold]
    fn park_soon(&mut self, cx: &mut Context<'_>) {
        (self.hurried, self.quiet) = (true, true);
        let at = Instant::now() + PARK_SOON;
        if at < self.timer.deadline() {
            self.set_timer(cx, at);
        }
    }

    fn set_timer(&mut self, cx: &mut Context<'_>, at: Instant) {
        self.timer.as_mut().reset(at);
        self.register(cx);
    }
}
