//! Passive ejection: a target whose attempts fail in a row is left out for a while, longer each time.
//!
//! It sees every attempt at one target, retries included. It never takes the last target, nor more than half of them:
//! when all fail alike, it is not the targets, and the breaker is there for that.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use crate::gateway::outcome::Outcome;
use crate::gateway::random::Random;
use crate::gateway::target::{Place, Standing, TargetSet};
use crate::gateway::time::Moment;

/// Failures in a row that eject.
const ROW: u32 = 5;

/// The first time out; it doubles.
const FIRST: Duration = Duration::from_secs(5);

/// The longest time out.
const LONGEST: Duration = Duration::from_secs(300);

/// Good time that takes one ejection off the account.
const FORGIVEN: Duration = Duration::from_secs(10);

/// The longest part of its time out that a target stays out besides, so that several do not return at once.
const JITTER: f64 = 0.2;

/// Doublings beyond which the time is at its longest anyway.
const MOST_DOUBLINGS: u32 = 16;

/// Takes the outcome of an attempt at the target at `index`; whether it was ejected for it.
#[inline]
pub(crate) fn record(set: &TargetSet, index: usize, outcome: Outcome, now: Moment, random: &mut impl Random) -> bool {
    let target = set.target(index);
    let standing = target.standing();
    if outcome.is_target_failure() {
        let ejected = fail(set, standing, outcome, now, random);
        if ejected {
            target.tally().ejections.fetch_add(1, Relaxed);
        }
        return ejected;
    }
    // Most successes follow a success: they only read.
    if matches!(outcome, Outcome::Ok(_)) && standing.failures.load(Relaxed) != 0 {
        standing.failures.store(0, Relaxed);
    }
    false
}

#[cold]
fn fail(set: &TargetSet, standing: &Standing, outcome: Outcome, now: Moment, random: &mut impl Random) -> bool {
    if standing.failures.fetch_add(1, Relaxed).saturating_add(1) < ROW {
        return false;
    }
    // The next failure asks again when somebody else is judging.
    let Some(_judging) = set.changes().judge() else { return false };
    if !matches!(standing.place(now), Place::In { .. }) || !is_spared(set, now) {
        return false;
    }
    let ejections = forgiven(standing, now);
    standing.ejections.store(ejections.saturating_add(1), Relaxed);
    standing.failures.store(0, Relaxed);
    standing.eject(now + time_out(ejections, random), outcome.is_connect_type());
    true
}

/// Whether one more may be left out: at most half are, and somebody remains.
fn is_spared(set: &TargetSet, now: Moment) -> bool {
    let count = |fits: fn(Place) -> bool| {
        set.members().iter().filter(|member| fits(member.target.standing().place(now))).count()
    };
    let ejected = count(|place| matches!(place, Place::Ejected { .. }));
    let well = count(|place| matches!(place, Place::In { .. }));
    (ejected + 1) * 2 <= set.len() && well > 1
}

/// The ejections on the account, less those that the time since the last return takes off.
fn forgiven(standing: &Standing, now: Moment) -> u32 {
    let good = now.since(standing.ejected_until()).as_secs() / FORGIVEN.as_secs();
    standing.ejections.load(Relaxed).saturating_sub(u32::try_from(good).unwrap_or(u32::MAX))
}

fn time_out(ejections: u32, random: &mut impl Random) -> Duration {
    let time = FIRST.saturating_mul(1 << ejections.min(MOST_DOUBLINGS)).min(LONGEST);
    time.mul_f64(random.unit().mul_add(JITTER, 1.0))
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use proptest::prelude::*;

    use super::*;
    use crate::gateway::random::Seeded;
    use crate::gateway::target::SetOptions;

    const GOOD: Outcome = Outcome::Ok(StatusCode::OK);

    const fn at(millis: u64) -> Moment {
        Moment::from_micros(1_000_000_000 + millis * 1000)
    }

    fn set(count: usize) -> TargetSet {
        let specs = (0..count).map(|number| format!("http://10.0.0.{number}").parse().expect("a target"));
        TargetSet::new(specs.collect(), SetOptions::default(), at(0))
    }

    fn fails(set: &TargetSet, index: usize, times: u32, now: Moment) -> bool {
        (0..times).any(|_| record(set, index, Outcome::ConnectFailed, now, &mut Seeded::new(1)))
    }

    fn eligible(set: &TargetSet, now: Moment) -> Vec<usize> {
        set.eligible(now).indices().collect()
    }

    // Regression 31: a dead target stops receiving traffic, and recovery is noticed.
    #[test]
    fn five_failures_in_a_row_take_a_target_out_for_a_while() {
        let set = set(3);
        assert!(!fails(&set, 1, 4, at(0)));
        record(&set, 1, GOOD, at(0), &mut Seeded::new(1));
        assert!(!fails(&set, 1, 4, at(0)));
        assert!(fails(&set, 1, 1, at(0)));
        assert_eq!(eligible(&set, at(0)), [0, 2]);
        assert_eq!(eligible(&set, at(4_999)), [0, 2]);
        assert_eq!(eligible(&set, at(6_000)), [0, 1, 2]);
    }

    #[test]
    fn the_last_target_is_never_taken_out() {
        let one = set(1);
        assert!(!fails(&one, 0, 100, at(0)));
        assert_eq!(eligible(&one, at(0)), [0]);
        let two = set(2);
        assert!(fails(&two, 0, 5, at(0)));
        assert!(!fails(&two, 1, 100, at(0)));
        assert_eq!(eligible(&two, at(0)), [1]);
    }

    #[test]
    fn each_time_out_doubles_and_good_behavior_is_forgiven_for() {
        let set = set(2);
        let mut now = 0;
        for seconds in [5, 10, 20, 40, 80, 160, 300, 300] {
            assert!(fails(&set, 0, 5, at(now)));
            let out = set.target(0).standing().ejected_until().since(at(now));
            assert!(out >= Duration::from_secs(seconds) && out <= Duration::from_secs(seconds).mul_f64(1.2));
            now += u64::try_from(out.as_millis()).expect("a short time") + 1;
        }
        // Eight on the account, seven of them forgiven.
        now += 70_000;
        assert!(fails(&set, 0, 5, at(now)));
        assert!(set.target(0).standing().ejected_until().since(at(now)) <= Duration::from_secs(12));
    }

    #[test]
    fn what_a_healthy_target_also_has_does_not_count() {
        let set = set(2);
        for outcome in [Outcome::StaleConnection, Outcome::ClientGone, Outcome::Ok(StatusCode::INTERNAL_SERVER_ERROR)] {
            for _ in 0..20 {
                assert!(!record(&set, 0, outcome, at(0), &mut Seeded::new(1)));
            }
        }
        for _ in 0..4 {
            record(&set, 0, Outcome::Ok(StatusCode::BAD_GATEWAY), at(0), &mut Seeded::new(1));
        }
        assert!(record(&set, 0, Outcome::Ok(StatusCode::GATEWAY_TIMEOUT), at(0), &mut Seeded::new(1)));
    }

    proptest! {
        #[test]
        fn never_more_than_half_are_out(
            count in 1usize..12,
            steps in prop::collection::vec((0usize..12, 0u64..4000, prop::bool::weighted(0.9)), 1..300)
        ) {
            let (set, mut now, mut random) = (set(count), 0, Seeded::new(3));
            for (index, step, bad) in steps {
                now += step;
                let outcome = if bad { Outcome::Reset } else { GOOD };
                record(&set, index % count, outcome, at(now), &mut random);
                let well = eligible(&set, at(now)).len();
                prop_assert!(well >= 1 && well * 2 >= count);
            }
        }
    }

    #[test]
    fn threads_that_judge_at_once_do_not_take_out_more_than_half() {
        for _ in 0..50 {
            let set = &set(4);
            std::thread::scope(|scope| {
                for index in 0..4 {
                    scope.spawn(move || fails(set, index, 50, at(0)));
                }
            });
            assert_eq!(eligible(set, at(0)).len(), 2);
        }
    }
}
