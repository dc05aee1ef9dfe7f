//! How slowly the body of a request may come.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// What a client has to keep up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Waited for in any case.
    pub(super) grace: Duration,
    /// Bytes per second that are waited for beyond that; zero asks for none.
    pub(super) rate: u64,
}

impl Pace {
    /// How long a client may be waited for that has sent so many bytes; for ever without a rate.
    fn allowed(self, received: u64) -> Option<Duration> {
        let earned = received.saturating_mul(1000).checked_div(self.rate)?;
        Some(self.grace.saturating_add(Duration::from_millis(earned)))
    }
}

/// How long one body has been waited for.
#[derive(Debug)]
pub(super) struct Waits {
    pace: Pace,
    received: u64,
    /// All waits that are over, together.
    waited: Duration,
    since: Option<Instant>,
    /// Made by the first wait; most bodies come along with their head.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Waits {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, received: 0, waited: Duration::ZERO, since: None, timer: None }
    }

    /// Some of the body has come.
    pub(super) fn arrived(&mut self, bytes: usize) {
        self.received += bytes as u64;
        if let Some(since) = self.since.take() {
            self.waited += since.elapsed();
        }
    }

    /// Ready when the client has been waited for too long; only asked while it is.
    pub(super) fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(allowed) = self.pace.allowed(self.received) else { return Poll::Pending };
        let since = *self.since.get_or_insert_with(Instant::now);
        let due = since + allowed.saturating_sub(self.waited);
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
        loop {
            ready!(timer.as_mut().poll(cx));
            if timer.deadline() >= due {
                return Poll::Ready(());
            }
            // Set in an earlier wait, when less had come.
            timer.as_mut().reset(due);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::{sleep, timeout};

    use super::*;

    const PACE: Pace = Pace { grace: Duration::from_secs(10), rate: 240 };

    async fn is_late(waits: &mut Waits, within: u64) -> bool {
        timeout(Duration::from_secs(within), poll_fn(|cx| waits.poll_late(cx))).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_client_is_late_after_the_grace_period() {
        let mut waits = Waits::new(PACE);
        assert!(!is_late(&mut waits, 9).await);
        assert!(is_late(&mut waits, 2).await);
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_earn_time_at_the_rate() {
        let mut waits = Waits::new(PACE);
        assert!(!is_late(&mut waits, 9).await);
        waits.arrived(2400);
        assert!(!is_late(&mut waits, 10).await);
        assert!(is_late(&mut waits, 2).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_now_and_then_is_too_little() {
        let mut waits = Waits::new(PACE);
        let mut bytes = 0;
        while !is_late(&mut waits, 2).await {
            waits.arrived(1);
            bytes += 1;
        }
        assert_eq!(bytes, 5);
    }

    #[tokio::test(start_paused = true)]
    async fn time_in_which_nobody_waits_does_not_count() {
        let mut waits = Waits::new(PACE);
        assert!(!is_late(&mut waits, 5).await);
        waits.arrived(1);
        sleep(Duration::from_secs(3600)).await;
        assert!(!is_late(&mut waits, 4).await);
        assert!(is_late(&mut waits, 2).await);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_rate_every_body_may_take_its_time() {
        assert!(!is_late(&mut Waits::new(Pace { rate: 0, ..PACE }), 3600).await);
    }
}
