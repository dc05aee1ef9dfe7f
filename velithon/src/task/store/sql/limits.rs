//! What holds for a queue in the whole cluster.

use super::row::Row;
use crate::task::store::Result;

/// The limits of a queue, and how much of them is used.
#[derive(Debug, Default)]
pub(super) struct Limits {
    paused: bool,
    concurrency: Option<i64>,
    rate: Option<Rate>,
    running: i64,
}

/// A rate as the generic cell rate algorithm keeps it, in microseconds.
#[derive(Debug)]
struct Rate {
    per: i64,
    /// Between two starts.
    each: i64,
    /// The theoretical arrival time: before it, the rate is used up.
    arrival: i64,
    now: i64,
}

impl Limits {
    pub(super) fn read(row: &Row) -> Result<Self> {
        let now = row.int("now")?;
        let rate = match (row.maybe_int("rate_count")?, row.maybe_int("rate_us")?) {
            (Some(count), Some(per)) => Some(Rate::new(count, per, row.int("tat")?, now)),
            _ => None,
        };
        Ok(Self {
            paused: row.flag("paused")?,
            concurrency: row.maybe_int("concurrency")?,
            rate,
            running: row.int("running")?,
        })
    }

    pub(super) fn is_limited(&self) -> bool {
        self.paused || self.concurrency.is_some() || self.rate.is_some()
    }

    /// Of `wanted` starts, how many are allowed.
    pub(super) fn allowed(&self, wanted: u32) -> u32 {
        if self.paused {
            return 0;
        }
        let free = self.concurrency.map_or(i64::MAX, |most| most - self.running);
        let left = self.rate.as_ref().map_or(i64::MAX, Rate::left);
        wanted.min(u32::try_from(free.min(left).max(0)).unwrap_or(u32::MAX))
    }

    /// The arrival time after so many starts, if it has to be noted.
    pub(super) fn arrival_after(&self, started: usize) -> Option<i64> {
        let rate = self.rate.as_ref().filter(|_| started > 0)?;
        let more = rate.each.saturating_mul(i64::try_from(started).unwrap_or(i64::MAX));
        Some(rate.arrival.max(rate.now).saturating_add(more))
    }
}

impl Rate {
    fn new(count: i64, per: i64, arrival: i64, now: i64) -> Self {
        let per = per.max(1);
        Self { per, each: (per / count.max(1)).max(1), arrival, now }
    }

    fn left(&self) -> i64 {
        let ahead = self.arrival.saturating_sub(self.now).max(0);
        (self.per - ahead).max(0) / self.each
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(concurrency: Option<i64>, arrival: i64) -> Limits {
        Limits { concurrency, rate: Some(Rate::new(10, 1_000_000, arrival, 0)), running: 3, paused: false }
    }

    #[test]
    fn a_rate_is_spent_and_comes_back() {
        assert_eq!(limits(None, 0).allowed(50), 10);
        assert_eq!(limits(None, 0).arrival_after(10), Some(1_000_000));
        assert_eq!(limits(None, 1_000_000).allowed(50), 0);
        assert_eq!(limits(None, 650_000).allowed(50), 3);
    }

    #[test]
    fn the_narrowest_limit_counts() {
        assert_eq!(limits(Some(5), 0).allowed(50), 2);
        assert_eq!(limits(Some(2), 0).allowed(50), 0, "more run than the limit since it was lowered");
        assert_eq!(Limits { paused: true, ..limits(None, 0) }.allowed(50), 0);
    }
}
