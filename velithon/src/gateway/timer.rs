//! The one timer of an exchange, set anew for each phase.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use super::outcome::{Outcome, Phase};
use super::policy::timeout::Timeouts;
use super::time::Moment;

/// The one timer of an exchange.
pub(crate) struct Timer<'a> {
    sleep: Pin<&'a mut Option<Sleep>>,
    pub(crate) timeouts: &'a Timeouts,
    /// When the exchange began.
    pub(crate) began: Moment,
}

impl<'a> Timer<'a> {
    pub(crate) fn new(sleep: Pin<&'a mut Option<Sleep>>, timeouts: &'a Timeouts, began: Moment) -> Self {
        Self { sleep, timeouts, began }
    }

    /// Starts a wait; nothing is one without an end.
    #[inline]
    pub(crate) fn set(&mut self, limit: Option<Duration>) {
        match (limit, self.sleep.as_mut().as_pin_mut()) {
            (None, _) => self.sleep.set(None),
            (Some(limit), Some(sleep)) => sleep.reset(Instant::now() + limit),
            (Some(limit), None) => self.sleep.set(Some(sleep(limit))),
        }
    }

    #[inline]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.sleep.as_mut().as_pin_mut() {
            Some(sleep) => sleep.poll(cx),
            None => Poll::Pending,
        }
    }

    /// What is left of the total limit; nothing when there is none.
    pub(crate) fn left(&self, now: Moment) -> Option<Duration> {
        self.timeouts.left(self.began, now)
    }

    /// Waits for `work` no longer than its phase, or the exchange as a whole, may take.
    ///
    /// # Errors
    /// What the work ends with, or [`Outcome::Timeout`].
    pub(crate) async fn within<T>(
        &mut self,
        phase: Phase,
        work: impl Future<Output = Result<T, Outcome>>,
    ) -> Result<T, Outcome> {
        let now = Moment::now();
        let end = self.timeouts.end(phase, now, self.began);
        self.set(end.map(|(end, _)| end.since(now)));
        let phase = end.map_or(phase, |(_, phase)| phase);
        let mut work = pin!(work);
        poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Pending => self.poll(cx).map(|()| Err(Outcome::Timeout(phase))),
            done => done,
        })
        .await
    }

    /// Waits for so long.
    pub(crate) async fn pause(&mut self, wait: Duration) {
        if !wait.is_zero() {
            self.set(Some(wait));
            poll_fn(|cx| self.poll(cx)).await;
        }
    }
}
