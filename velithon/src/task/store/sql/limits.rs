//! What holds for a queue in the whole cluster.

use std::time::Duration;

use super::row::Row;
use crate::task::store::{Rate, Result};
use crate::task::time::Timestamp;

/// The limits of a queue, and how much of them is used.
#[derive(Debug, Default)]
pub(super) struct Limits {
    paused: bool,
    concurrency: Option<i64>,
    rate: Option<Spent>,
    running: i64,
}

/// A rate, and how much of it is used at a time.
#[derive(Debug)]
struct Spent {
    rate: Rate,
    /// The theoretical arrival time of the generic cell rate algorithm, in microseconds: before it, the rate is used up.
    arrival: i64,
    now: Timestamp,
}

impl Limits {
    pub(super) fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            paused: row.flag("paused")?,
            concurrency: row.maybe_int("concurrency")?,
            rate: Spent::read(row)?,
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
        let left = self.rate.as_ref().map_or(i64::MAX, |spent| spent.rate.left(spent.arrival, spent.now).into());
        wanted.min(u32::try_from(free.min(left).max(0)).unwrap_or(u32::MAX))
    }

    /// The arrival time after so many starts, if it has to be noted.
    pub(super) fn arrival_after(&self, started: usize) -> Option<i64> {
        let Spent { rate, arrival, now } = self.rate.as_ref().filter(|_| started > 0)?;
        let more = rate.each().saturating_mul(i64::try_from(started).unwrap_or(i64::MAX));
        Some(now.micros().max(*arrival).saturating_add(more))
    }
}

impl Spent {
    fn read(row: &Row) -> Result<Option<Self>> {
        if row.maybe_int("rate_count")?.is_none() || row.maybe_int("rate_us")?.is_none() {
            return Ok(None);
        }
        let rate = Rate { count: row.count("rate_count")?, per: Duration::from_micros(row.count("rate_us")?) };
        Ok(Some(Self { rate, arrival: row.int("tat")?, now: row.time("now")? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(concurrency: Option<i64>, arrival: i64) -> Limits {
        let rate = Rate { count: 10, per: Duration::from_secs(1) };
        let spent = Spent { rate, arrival, now: Timestamp::from_micros(0) };
        Limits { concurrency, rate: Some(spent), running: 3, paused: false }
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
