//! The retry budget: retries stay a small part of the traffic, so that an upstream in trouble is not buried under them.
//!
//! A count of retries per request cannot do that: when everything fails, it multiplies the load just then.

use std::time::Duration;

use super::window::{Count, Window};
use crate::gateway::time::Moment;

/// How many retries an upstream bears.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Settings {
    /// Retries for each request.
    pub(crate) ratio: f64,
    /// Retries a second besides, for upstreams with little traffic.
    pub(crate) per_second: u32,
    /// The while over which both are counted.
    pub(crate) window: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { ratio: 0.2, per_second: 10, window: Duration::from_secs(10) }
    }
}

/// Requests and retries of the last while.
#[derive(Debug)]
pub(crate) struct Budget {
    settings: Settings,
    /// Requests, then retries.
    window: Window,
}

impl Budget {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { window: Window::new(settings.window), settings }
    }

    /// Counts a request.
    #[inline]
    pub(crate) fn deposit(&self, now: Moment) {
        self.window.add(Count::First, now);
    }

    /// Takes one retry, if there is one left.
    ///
    /// Threads that ask in the same instant may each take the last one: the excess is at most their number.
    pub(crate) fn withdraw(&self, now: Moment) -> bool {
        let (requests, retries) = self.window.sum(now);
        let left = retries < self.allowed(requests);
        if left {
            self.window.add(Count::Second, now);
        }
        left
    }

    fn allowed(&self, requests: u64) -> u64 {
        let steady = f64::from(self.settings.per_second) * self.settings.window.as_secs_f64();
        // A hair more, since 0.2 times 5 is a little below 1.
        (self.settings.ratio.mul_add(requests as f64, steady) + 1e-6) as u64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn at(millis: u64) -> Moment {
        Moment::from_micros(1_000_000_000 + millis * 1000)
    }

    fn taken(budget: &Budget, now: Moment) -> usize {
        (0..10_000).take_while(|_| budget.withdraw(now)).count()
    }

    #[test]
    fn a_quiet_upstream_may_be_retried_a_hundred_times_in_ten_seconds() {
        let budget = Budget::new(Settings::default());
        assert_eq!(taken(&budget, at(0)), 100);
        assert_eq!(taken(&budget, at(9_000)), 0);
        assert_eq!(taken(&budget, at(10_000)), 100);
    }

    #[test]
    fn a_busy_one_by_a_fifth_of_its_requests_more() {
        let budget = Budget::new(Settings::default());
        (0..1000).for_each(|_| budget.deposit(at(0)));
        assert_eq!(taken(&budget, at(500)), 300);
    }

    #[test]
    fn nothing_is_left_of_a_budget_of_nothing() {
        let budget = Budget::new(Settings { ratio: 0.0, per_second: 0, ..Settings::default() });
        budget.deposit(at(0));
        assert!(!budget.withdraw(at(0)));
    }

    proptest! {
        #[test]
        fn retries_never_exceed_the_budget_of_their_window(steps in prop::collection::vec((0u64..400, 0u8..4), 1..400)) {
            let budget = Budget::new(Settings { ratio: 0.5, per_second: 1, window: Duration::from_secs(10) });
            let (mut now, mut requests, mut retries) = (0u64, Vec::new(), Vec::new());
            for (step, kind) in steps {
                now += step;
                if kind > 1 {
                    budget.deposit(at(now));
                    requests.push(now / 1000);
                } else if budget.withdraw(at(now)) {
                    retries.push(now / 1000);
                }
                let recent = |all: &[u64]| all.iter().filter(|&&second| now / 1000 - second < 10).count();
                // A retry was within the budget when it was taken; what requests leave the window takes no retry back.
                if retries.last() == Some(&(now / 1000)) {
                    prop_assert!(recent(&retries) as f64 <= 10.0 + 0.5 * requests.len() as f64);
                }
                prop_assert!(retries.len() as f64 <= 0.5 * requests.len() as f64 + (now as f64 / 10_000.0 + 1.0) * 10.0);
            }
        }
    }
}
