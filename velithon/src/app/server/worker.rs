//! One runtime's share of the server: its stage, its clock, its permits, and the settings of its connections.
//!
//! There is one per core, or a single one under work stealing. Only the thread that ends the server writes to all of
//! them; what a request touches is its own core's.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use tokio::sync::{Notify, Semaphore};
use tokio::time::sleep;

use super::pace::Pace;
use super::permits::{Bank, Share};
use super::settings::{Http2Settings, RuntimeKind, ServerSettings};
use super::shutdown::Shutdown;
use crate::peer::Places;

/// Bytes a connection reads or writes ahead, unless a head may be longer. It keeps the buffer for as long as it lives.
const BUFFER: usize = 64 * 1024;

/// Connections of one core that may keep what a request needs for as long as they like: it is some 20 KiB each, and to
/// make it anew costs half of a small request.
const WARM: usize = 256;

/// How far the end of the server has come; later than the application's, by `pre_stop`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Stage {
    /// Connections are accepted.
    Open,
    /// None is accepted; each ends with the request it has.
    Closing,
    /// Connections are dropped as they are.
    Cut,
}

impl Places for Worker {
    fn give(&self) {
        self.permits.give();
    }
}

/// What all connections of one runtime share.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) shutdown: Shutdown,
    pub(super) seats: Arc<Semaphore>,
    pub(super) permits: Share,
    pub(super) clock: Clock,
    pub(super) http1: http1::Builder,
    pub(super) http2: Http2Settings,
    pub(super) max_header_bytes: usize,
    pub(super) max_target_bytes: usize,
    pub(super) pace: Pace,
    pub(super) send_timeout: Duration,
    /// Connections that hold what a request needs.
    warm: AtomicUsize,
    /// How many of them there may be before an idle one is parked soon.
    enough: usize,
    pub(super) head_timeout: Duration,
    pub(super) keep_alive: Duration,
    stage: AtomicU8,
    /// Wakes everything of this worker at each change of stage.
    pub(super) turned: Arc<Notify>,
}

impl Worker {
    pub(super) fn new(settings: &ServerSettings, shutdown: Shutdown, seats: Arc<Semaphore>, bank: &Bank) -> Self {
        Self {
            shutdown,
            seats,
            permits: bank.share(),
            clock: Clock::new(settings.keep_alive),
            http1: http1(settings),
            http2: settings.http2.clone(),
            max_header_bytes: settings.max_header_bytes,
            max_target_bytes: settings.max_target_bytes,
            send_timeout: settings.send_timeout,
            warm: AtomicUsize::new(0),
            enough: match settings.runtime {
                RuntimeKind::PerCore => WARM,
                RuntimeKind::WorkStealing => WARM * settings.thread_count(),
            },
            pace: Pace { grace: settings.body_timeout, rate: settings.body_rate },
            head_timeout: settings.head_timeout,
            keep_alive: settings.keep_alive,
            stage: AtomicU8::new(Stage::Open as u8),
            turned: Arc::default(),
        }
    }

    /// Counts a connection as one that holds what a request needs, for as long as the answer lives.
    pub(super) fn warm_up(self: &Arc<Self>) -> Warm {
        self.warm.fetch_add(1, Ordering::Relaxed);
        Warm(Arc::clone(self))
    }

    /// Whether so many connections hold what a request needs that an idle one should give it back soon.
    #[inline]
    pub(super) fn is_crowded(&self) -> bool {
        self.warm.load(Ordering::Relaxed) > self.enough
    }

    #[inline]
    pub(super) fn stage(&self) -> Stage {
        match self.stage.load(Ordering::SeqCst) {
            0 => Stage::Open,
            1 => Stage::Closing,
            _ => Stage::Cut,
        }
    }

    /// Moves on to `stage`, never back; who waits hears of it by [`tell`](Self::tell).
    pub(super) fn enter(&self, stage: Stage) {
        self.stage.fetch_max(stage as u8, Ordering::SeqCst);
    }

    /// Wakes whoever waits for a stage.
    pub(super) fn tell(&self) {
        self.turned.notify_waiters();
    }

    /// Resolves once `stage` is reached.
    pub(super) async fn reached(&self, stage: Stage) {
        loop {
            let mut turned = pin!(self.turned.notified());
            turned.as_mut().enable();
            if self.stage() >= stage {
                return;
            }
            turned.await;
        }
    }

    /// What hyper is told for one HTTP/2 connection.
    pub(super) fn http2<E: Clone>(&self, executor: E) -> http2::Builder<E> {
        let limits = &self.http2;
        let mut builder = http2::Builder::new(executor);
        builder
            .max_concurrent_streams(limits.max_streams)
            .initial_stream_window_size(limits.stream_window)
            .initial_connection_window_size(limits.connection_window)
            .max_frame_size(limits.max_frame)
            .max_send_buf_size(limits.max_send_buffer)
            .max_header_list_size(u32::try_from(self.max_header_bytes).unwrap_or(u32::MAX));
        if limits.extended_connect {
            builder.enable_connect_protocol();
        }
        builder
    }
}

/// A connection that holds what a request needs.
#[derive(Debug)]
pub(super) struct Warm(Arc<Worker>);

impl Drop for Warm {
    fn drop(&mut self) {
        self.0.warm.fetch_sub(1, Ordering::Relaxed);
    }
}

fn http1(settings: &ServerSettings) -> http1::Builder {
    let mut builder = http1::Builder::new();
    // hyper's own timeout counts idle time as well and answers nothing; the vigil keeps both times.
    builder.header_read_timeout(None).max_header_size(settings.max_header_bytes);
    // Head and body are put together and sent as one: for small replies that costs half of what gathering them costs,
    // and large ones come in pieces (`Whole`), so that no more than a buffer is ever copied ahead.
    builder.writev(false).max_buf_size(BUFFER.max(settings.max_header_bytes));
    builder
}

/// A clock that is cheap to read: one load. It counts ticks of its own, each at least a step long.
///
/// A keep-alive connection needs the time once per request, and only to notice, a minute later, that nothing came.
/// Counting ticks and not seconds errs to one side: on a thread that was held up, time passes too slowly for the
/// clients, never too fast.
#[derive(Debug)]
pub(super) struct Clock {
    ticks: AtomicU64,
    step: Duration,
}

impl Clock {
    /// A clock fit to measure spans like `span`: it ticks 64 times in it, and at least once a second.
    fn new(span: Duration) -> Self {
        let step = (span / 64).clamp(Duration::from_millis(1), Duration::from_secs(1));
        Self { ticks: AtomicU64::new(0), step }
    }

    /// The number of the last tick.
    #[inline]
    pub(super) fn now(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }

    /// How much is left of a `span` that began in tick `since`; zero only when all of it has passed.
    pub(super) fn left(&self, since: u64, span: Duration) -> Duration {
        // The tick in which it began was partly over.
        let ticks = span.as_nanos().div_ceil(self.step.as_nanos()) + 1;
        let left = ticks.saturating_sub(u128::from(self.now() - since));
        self.step.saturating_mul(u32::try_from(left).unwrap_or(u32::MAX))
    }

    /// Lets the clock tick for as long as this is polled.
    pub(super) async fn tick(&self) {
        loop {
            sleep(self.step).await;
            self.ticks.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_cheap_clock_is_never_early_and_at_most_two_ticks_late() {
        let clock = Clock::new(Duration::from_secs(75));
        let span = Duration::from_millis(1500);
        let waiting = async {
            sleep(Duration::from_millis(900)).await;
            let (begun, since) = (tokio::time::Instant::now(), clock.now());
            while !clock.left(since, span).is_zero() {
                sleep(Duration::from_millis(10)).await;
            }
            begun.elapsed()
        };
        let waited = tokio::select! {
            waited = waiting => waited,
            () = clock.tick() => unreachable!("a clock ticks for ever"),
        };
        assert!(waited >= span && waited < span + 2 * clock.step, "{waited:?}");
    }
}
