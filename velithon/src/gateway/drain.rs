//! The end of a target: it gets nothing new, and what it does is let finish.
//!
//! A target leaves when a reload or a discovery no longer names it. Requests that are under way run on within their own
//! limits; what is meant to last for ever, a tunnel or a stream, learns of it by [`Removal::over`] and may go on for
//! `stream_close_delay`. The connections end with the last request that holds them. A target that comes back meanwhile
//! is a new one.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use super::time::Moment;

/// Whether a target has left, and since when.
#[derive(Debug, Default)]
pub(crate) struct Removal {
    /// Microseconds; zero while the target is there.
    since: AtomicU64,
    told: Notify,
}

impl Removal {
    /// The target has left; only the first time counts.
    pub(crate) fn begin(&self, now: Moment) {
        // Nobody reads other memory on the strength of this.
        let _later = self.since.compare_exchange(0, now.as_micros().max(1), Relaxed, Relaxed);
        self.told.notify_waiters();
    }

    /// When the target left, if it has.
    pub(crate) fn since(&self) -> Option<Moment> {
        match self.since.load(Relaxed) {
            0 => None,
            since => Some(Moment::from_micros(since)),
        }
    }

    /// Resolves so long after the target has left; never, while it is there or the delay is without limit.
    pub(crate) async fn over(&self, delay: Option<Duration>) {
        let Some(delay) = delay else { return std::future::pending().await };
        let since = self.begun().await;
        sleep((since + delay).since(Moment::now())).await;
    }

    async fn begun(&self) -> Moment {
        loop {
            // Registered before looking: a removal in between is not missed.
            let mut told = std::pin::pin!(self.told.notified());
            told.as_mut().enable();
            if let Some(since) = self.since() {
                return since;
            }
            told.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::time::{Instant, timeout};

    use super::*;

    const DELAY: Duration = Duration::from_secs(300);

    #[tokio::test(start_paused = true)]
    async fn a_tunnel_goes_on_for_a_while_after_its_target_has_left() {
        let removal = Arc::new(Removal::default());
        let tunnel = tokio::spawn({
            let removal = Arc::clone(&removal);
            async move { removal.over(Some(DELAY)).await }
        });
        sleep(Duration::from_secs(3600)).await;
        assert!(!tunnel.is_finished());
        removal.begin(Moment::now());
        let began = Instant::now();
        tunnel.await.expect("an end");
        assert!(began.elapsed() >= DELAY && began.elapsed() < DELAY + Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_tunnel_that_asks_late_gets_only_what_is_left() {
        let removal = Removal::default();
        removal.begin(Moment::now());
        sleep(Duration::from_secs(299)).await;
        removal.begin(Moment::now());
        let soon = timeout(Duration::from_secs(2), removal.over(Some(DELAY))).await;
        assert!(soon.is_ok());
        assert!(timeout(DELAY, removal.over(None)).await.is_err());
    }
}
