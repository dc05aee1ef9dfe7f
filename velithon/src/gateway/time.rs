//! Moments as the gateway counts them: microseconds since the process began to count.
//!
//! Policies take `now` as an argument and never read a clock; the engine reads it once for each step of an exchange. The
//! clock is tokio's, so a test that pauses it moves this one too.

use std::ops::Add;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Where counting begins: a little before the first reading, since a paused clock may stand behind it.
static EPOCH: LazyLock<Instant> = LazyLock::new(|| {
    let now = Instant::now();
    now.checked_sub(Duration::from_secs(1)).unwrap_or(now)
});

/// A point of time: microseconds since the process's epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl Moment {
    /// The present.
    #[inline]
    pub(crate) fn now() -> Self {
        Self(micros(tokio::time::Instant::now().into_std().saturating_duration_since(*EPOCH)))
    }

    /// The point that lies so many microseconds after the epoch.
    pub(crate) const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[inline]
    pub(crate) const fn as_micros(self) -> u64 {
        self.0
    }

    /// Milliseconds since the epoch, as many as fit; they begin anew after 49 days.
    #[inline]
    pub(crate) const fn wrapping_millis(self) -> u32 {
        (self.0 / 1000) as u32
    }

    /// How long after `earlier` this is; nothing when it is before.
    #[inline]
    pub(crate) const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    #[inline]
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }
}

/// A duration in whole microseconds; 580,000 years at most.
#[inline]
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_moves_moments_too() {
        let before = Moment::now();
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(Moment::now().since(before), Duration::from_secs(3));
    }

    #[test]
    fn what_lies_ahead_is_no_time_ago() {
        let now = Moment::from_micros(5);
        assert_eq!(now.since(now + Duration::from_secs(1)), Duration::ZERO);
    }
}
