//! When a schedule is due: pure, with the time as an argument.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;

use super::record::{CronOptions, Missed};
use super::time::Timestamp;

/// How old the last missed tick may be that `run_once` makes up for.
const RUN_ONCE: std::time::Duration = std::time::Duration::from_secs(3600);
/// How many missed ticks `run_all` makes up for.
const RUN_ALL: usize = 100;

/// A schedule that was read.
pub(crate) struct Schedule {
    cron: Cron,
    zone: Tz,
    missed: Missed,
}

impl std::fmt::Debug for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} in {}", self.cron.pattern, self.zone)
    }
}

impl Schedule {
    /// Reads what the attribute says.
    ///
    /// # Errors
    /// Which part cannot be read, in words: the pattern was read by the macro, the zone was not.
    pub(crate) fn read(options: &CronOptions) -> Result<Self, String> {
        let cron = Cron::from_str(options.pattern)
            .map_err(|error| format!("`{}` is no pattern of a schedule: {error}", options.pattern))?;
        let zone = options.zone.parse().map_err(|_| format!("`{}` is no time zone", options.zone))?;
        Ok(Self { cron, zone, missed: options.missed })
    }

    /// The first tick behind `after`; nothing for a pattern that never comes again.
    pub(crate) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let after = DateTime::<Utc>::from_timestamp_micros(after.micros())?.with_timezone(&self.zone);
        self.cron.find_next_occurrence(&after, false).ok().map(Timestamp::from)
    }

    /// Of the ticks behind `last` and not behind `now`, those to make up for, the first one first.
    pub(crate) fn missed(&self, last: Timestamp, now: Timestamp) -> Vec<Timestamp> {
        let mut due = std::iter::successors(self.next(last), |tick| self.next(*tick)).take_while(|tick| *tick <= now);
        match self.missed {
            Missed::Skip => Vec::new(),
            Missed::RunOnce => due.last().filter(|tick| now.since(*tick) <= RUN_ONCE).into_iter().collect(),
            Missed::RunAll => {
                let mut kept = std::collections::VecDeque::new();
                for tick in due.by_ref() {
                    kept.push_back(tick);
                    if kept.len() > RUN_ALL {
                        kept.pop_front();
                    }
                }
                kept.into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::record::Overlap;

    fn schedule(pattern: &'static str, zone: &'static str, missed: Missed) -> Schedule {
        Schedule::read(&CronOptions { pattern, zone, missed, overlap: Overlap::Skip }).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from(DateTime::parse_from_rfc3339(text).unwrap())
    }

    #[test]
    fn a_time_that_the_clock_skips_comes_at_the_first_moment_after_it() {
        // On 2026-03-29 Berlin goes from 02:00 to 03:00, which is 01:00 UTC.
        let nightly = schedule("30 2 * * *", "Europe/Berlin", Missed::Skip);
        assert_eq!(nightly.next(at("2026-03-28T12:00:00Z")), Some(at("2026-03-29T01:00:00Z")));
        assert_eq!(nightly.next(at("2026-03-29T01:00:00Z")), Some(at("2026-03-30T00:30:00Z")));
    }

    #[test]
    fn a_time_that_comes_twice_is_one_tick() {
        // On 2026-10-25 Berlin goes from 03:00 back to 02:00, which is 01:00 UTC.
        let nightly = schedule("30 2 * * *", "Europe/Berlin", Missed::Skip);
        let first = nightly.next(at("2026-10-24T12:00:00Z")).unwrap();
        assert_eq!(first, at("2026-10-25T00:30:00Z"));
        assert_eq!(nightly.next(first), Some(at("2026-10-26T01:30:00Z")));
    }

    #[test]
    fn what_was_missed_is_made_up_for_as_the_task_says() {
        let (last, now) = (at("2026-01-01T00:00:00Z"), at("2026-01-01T05:30:00Z"));
        assert_eq!(schedule("0 * * * *", "UTC", Missed::Skip).missed(last, now), []);
        assert_eq!(schedule("0 * * * *", "UTC", Missed::RunOnce).missed(last, now), [at("2026-01-01T05:00:00Z")]);
        assert_eq!(schedule("0 * * * *", "UTC", Missed::RunAll).missed(last, now).len(), 5);
        assert_eq!(schedule("* * * * *", "UTC", Missed::RunAll).missed(last, now).len(), 100);
    }

    #[test]
    fn one_run_stands_for_a_gap_only_if_it_is_not_too_old() {
        let nightly = schedule("0 3 * * *", "UTC", Missed::RunOnce);
        let last = at("2026-01-01T03:00:00Z");
        assert_eq!(nightly.missed(last, at("2026-01-02T03:40:00Z")).len(), 1);
        assert_eq!(nightly.missed(last, at("2026-01-02T09:00:00Z")), []);
    }

    #[test]
    fn a_zone_that_does_not_exist_is_told() {
        let wrong = CronOptions { pattern: "* * * * *", zone: "Mars", missed: Missed::Skip, overlap: Overlap::Skip };
        assert_eq!(Schedule::read(&wrong).unwrap_err(), "`Mars` is no time zone");
    }
}
