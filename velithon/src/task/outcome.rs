//! What a task may say about its next attempt, and how long that waits.

use std::fmt;
use std::time::Duration;

use super::time::IntoDuration;

/// An error of a task that also says what is to happen next.
///
/// Any other error is retried after the task's own `backoff`.
///
/// ```
/// use velithon::prelude::*;
/// use velithon::task::Retry;
///
/// async fn charge(busy: bool, known: bool) -> Result<()> {
///     if busy { return Err(Retry::after("30s").into()) }
///     if !known { return Err(Retry::never("no such account").into()) }
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Retry {
    next: Next,
    about: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    After(Duration),
    Never,
}

impl Retry {
    /// The next attempt comes after this long; it counts like every other. A text that is no duration counts as nothing.
    pub fn after(delay: impl IntoDuration) -> Self {
        Self { next: Next::After(delay.into_duration().unwrap_or_default()), about: None }
    }

    /// There is no next attempt: the task is dead at once, with this error.
    pub fn never(error: impl fmt::Display) -> Self {
        Self { next: Next::Never, about: Some(error.to_string()) }
    }

    /// Adds the error that it is about.
    #[must_use]
    pub fn because(mut self, error: impl fmt::Display) -> Self {
        self.about = Some(error.to_string());
        self
    }

    pub(crate) fn delay(&self) -> Option<Duration> {
        match self.next {
            Next::After(delay) => Some(delay),
            Next::Never => None,
        }
    }
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.about, self.next) {
            (Some(about), _) => f.write_str(about),
            (None, Next::After(delay)) => {
                write!(f, "asked to be tried again in {}", crate::config::duration::format(delay))
            }
            (None, Next::Never) => f.write_str("asked not to be tried again"),
        }
    }
}

impl std::error::Error for Retry {}

/// How long the attempts of a task wait for each other: full jitter below a bound that doubles.
///
/// The bound of the n-th retry is `first · 2ⁿ⁻¹` and never more than `most`; the wait is anything from nothing up to it, so
/// that what failed together does not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The bound of the first retry.
    pub first: Duration,
    /// The greatest bound.
    pub most: Duration,
}

impl Backoff {
    /// `2s..1h`
    pub const DEFAULT: Self = Self { first: Duration::from_secs(2), most: Duration::from_secs(3600) };

    /// The bound after `attempt` starts, of which the first is 1.
    pub fn bound(self, attempt: u32) -> Duration {
        let doubled = 2u32.checked_pow(attempt.saturating_sub(1)).and_then(|times| self.first.checked_mul(times));
        doubled.unwrap_or(self.most).min(self.most)
    }

    /// A wait below the bound; `chance` is from 0 up to 1.
    pub(crate) fn wait(self, attempt: u32, chance: f64) -> Duration {
        self.bound(attempt).mul_f64(chance.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Error;

    #[test]
    fn the_bound_doubles_up_to_the_cap() {
        let backoff = Backoff { first: Duration::from_secs(2), most: Duration::from_secs(10) };
        let bounds: Vec<u64> = (1..6).map(|attempt| backoff.bound(attempt).as_secs()).collect();
        assert_eq!(bounds, [2, 4, 8, 10, 10]);
        assert_eq!(backoff.bound(u32::MAX), backoff.most);
    }

    #[test]
    fn the_wait_is_anything_below_the_bound() {
        let backoff = Backoff::DEFAULT;
        assert_eq!(backoff.wait(1, 0.0), Duration::ZERO);
        assert_eq!(backoff.wait(1, 0.5), Duration::from_secs(1));
        assert_eq!(backoff.wait(2, 1.0), Duration::from_secs(4));
    }

    #[test]
    fn a_task_says_what_comes_next_through_any_error() {
        let told: Error = Retry::after("5m").into();
        assert_eq!(told.downcast_ref::<Retry>().and_then(Retry::delay), Some(Duration::from_secs(300)));
        let told: Error = Retry::never("no such account").into();
        assert_eq!(told.downcast_ref::<Retry>().map(Retry::delay), Some(None));
        assert_eq!(told.to_string(), "no such account");
    }
}
