//! How many requests an upstream may have in flight, and how many wait for one of them to end.
//!
//! Below the limit a request passes by one exchange of a word. Above it waits in a queue that is bounded in length and
//! in time, first come, first served; beyond that it is refused at once, which costs the client less than waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::AcqRel, Ordering::Acquire, Ordering::Relaxed};
use std::time::Duration;

use super::queue::Queue;

/// The limits of an upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Requests in flight.
    pub(crate) max_in_flight: u32,
    /// Requests that wait.
    pub(crate) queue: u32,
    /// How long each waits.
    pub(crate) queue_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { max_in_flight: 1024, queue: 128, queue_timeout: Duration::from_secs(1) }
    }
}

/// Why a request is refused: a 503 with `Retry-After: 1` (RFC 9110, section 15.6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The queue is full.
    Full,
    /// No place became free in time.
    Late,
}

/// The places of one upstream.
#[derive(Debug)]
pub(crate) struct Admission {
    /// Requests in flight above, requests that wait below: read and changed together.
    word: AtomicU64,
    max_in_flight: AtomicU32,
    queue_length: AtomicU32,
    queue: Queue<Pass>,
}

/// A place in flight; dropping it lets the next one in.
#[derive(Debug)]
pub(crate) struct Pass(Arc<Admission>);

const PLACE: u64 = 1 << 32;

impl Admission {
    pub(crate) fn new(settings: &Settings) -> Arc<Self> {
        Arc::new(Self {
            word: AtomicU64::new(0),
            max_in_flight: AtomicU32::new(settings.max_in_flight),
            queue_length: AtomicU32::new(settings.queue),
            queue: Queue::default(),
        })
    }

    /// Takes a place, or waits for one as long as `queue_timeout`.
    ///
    /// # Errors
    /// When the queue is full, and when the time passes. A future that is dropped leaves the queue.
    pub(crate) async fn enter(self: &Arc<Self>, queue_timeout: Duration) -> Result<Pass, Refused> {
        match self.try_enter() {
            Some(pass) => Ok(pass),
            None => self.wait(queue_timeout).await,
        }
    }

    /// Takes a place if one is free and nobody waits for it.
    #[inline]
    pub(crate) fn try_enter(self: &Arc<Self>) -> Option<Pass> {
        let max = self.max_in_flight.load(Relaxed);
        let free = |word: u64| (word as u32 == 0 && ((word >> 32) as u32) < max).then_some(word + PLACE);
        self.word.fetch_update(AcqRel, Acquire, free).ok().map(|_| Pass(self.clone()))
    }

    #[cold]
    async fn wait(self: &Arc<Self>, queue_timeout: Duration) -> Result<Pass, Refused> {
        let receiver = {
            let mut line = self.queue.lock();
            let joined = line.join(self.queue_length.load(Relaxed) as usize);
            self.set_waiting(line.len());
            joined.ok_or(Refused::Full)?
        };
        // A place may have become free before anybody saw the wait.
        self.let_in();
        match tokio::time::timeout(queue_timeout, receiver).await {
            Ok(Ok(pass)) => Ok(pass),
            _ => {
                self.let_in();
                Err(Refused::Late)
            }
        }
    }

    /// Requests in flight.
    pub(crate) fn in_flight(&self) -> u32 {
        (self.word.load(Relaxed) >> 32) as u32
    }

    /// Requests that wait, with some that have given up since the queue last moved.
    pub(crate) fn waiting(&self) -> u32 {
        self.word.load(Relaxed) as u32
    }

    /// Changes the limits; nobody who is in or waits is put out.
    pub(crate) fn resize(self: &Arc<Self>, settings: &Settings) {
        self.max_in_flight.store(settings.max_in_flight, Relaxed);
        self.queue_length.store(settings.queue, Relaxed);
        self.let_in();
    }

    /// Gives every free place to the first of the queue.
    fn let_in(self: &Arc<Self>) {
        // Declared before the lock, so dropped after it: a place whose waiter left in that instant is given up again.
        let mut orphans = Vec::new();
        let mut line = self.queue.lock();
        while self.in_flight() < self.max_in_flight.load(Relaxed)
            && let Some(waiter) = line.first()
        {
            self.word.fetch_add(PLACE, AcqRel);
            orphans.extend(waiter.send(Pass(self.clone())).err());
        }
        line.tidy();
        self.set_waiting(line.len());
    }

    /// Only under the lock of the queue.
    fn set_waiting(&self, waiting: usize) {
        let set = |word: u64| Some(word >> 32 << 32 | waiting as u64);
        let _always = self.word.fetch_update(AcqRel, Acquire, set);
    }

    fn leave(self: &Arc<Self>) {
        if self.word.fetch_sub(PLACE, AcqRel) as u32 != 0 {
            self.let_in();
        }
    }
}

impl Drop for Pass {
    #[inline]
    fn drop(&mut self) {
        self.0.leave();
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn small(max_in_flight: u32, queue: u32) -> Arc<Admission> {
        Admission::new(&Settings { max_in_flight, queue, queue_timeout: SECOND })
    }

    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test(start_paused = true)]
    async fn who_came_first_gets_the_place_that_becomes_free() {
        let admission = small(1, 2);
        let pass = admission.enter(SECOND).await.expect("a place");
        let (mut first, mut second) = (pin!(admission.enter(SECOND)), pin!(admission.enter(SECOND)));
        assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
        assert_eq!(admission.waiting(), 2);
        assert_eq!(admission.enter(SECOND).await.expect_err("a full queue"), Refused::Full);
        drop(pass);
        assert!(admission.try_enter().is_none());
        assert!(poll(second.as_mut()).is_pending());
        let Poll::Ready(Ok(pass)) = poll(first.as_mut()) else { panic!("the first still waits") };
        drop(pass);
        assert!(matches!(poll(second.as_mut()), Poll::Ready(Ok(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_refused_and_leaves_the_queue() {
        let admission = small(1, 8);
        let pass = admission.enter(SECOND).await.expect("a place");
        assert_eq!(admission.enter(SECOND).await.expect_err("no place"), Refused::Late);
        assert_eq!((admission.in_flight(), admission.waiting()), (1, 0));
        drop(pass);
        assert!(admission.try_enter().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_away_while_waiting_takes_no_place_along() {
        let admission = small(1, 8);
        let pass = admission.enter(SECOND).await.expect("a place");
        {
            let mut gone = pin!(admission.enter(SECOND));
            assert!(poll(gone.as_mut()).is_pending());
            drop(pass);
            // The place was handed over, and nobody took it.
        }
        assert_eq!((admission.in_flight(), admission.waiting()), (0, 0));
        assert!(admission.try_enter().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_higher_limit_lets_those_in_who_wait() {
        let admission = small(1, 8);
        let _pass = admission.enter(SECOND).await.expect("a place");
        let mut waiting = pin!(admission.enter(SECOND));
        assert!(poll(waiting.as_mut()).is_pending());
        admission.resize(&Settings { max_in_flight: 2, ..Settings::default() });
        assert!(matches!(poll(waiting.as_mut()), Poll::Ready(Ok(_))));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn threads_never_exceed_the_limit_and_lose_no_place() {
        static INSIDE: AtomicU32 = AtomicU32::new(0);
        let admission = small(3, 1000);
        let crowd = (0..64).map(|number| {
            let admission = admission.clone();
            tokio::spawn(async move {
                for turn in 0..50 {
                    // Some give up at once, to leave places in their wake.
                    let patience = if (number + turn) % 7 == 0 { Duration::ZERO } else { Duration::from_secs(60) };
                    let Ok(pass) = admission.enter(patience).await else { continue };
                    assert!(INSIDE.fetch_add(1, AcqRel) < 3);
                    tokio::task::yield_now().await;
                    INSIDE.fetch_sub(1, AcqRel);
                    drop(pass);
                }
            })
        });
        for one in crowd.collect::<Vec<_>>() {
            one.await.expect("no panic");
        }
        assert_eq!((admission.in_flight(), admission.waiting()), (0, 0));
    }
}
