//! The breaker under a clock of the tests'.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use proptest::prelude::*;

use super::*;

const FAILURE: Verdict = Verdict::Failure { connect: false };
const UNREACHABLE: Verdict = Verdict::Failure { connect: true };

const fn at(millis: u64) -> Moment {
    // Close to where the milliseconds of the word start anew.
    Moment::from_micros((u32::MAX as u64 - 20_000 + millis) * 1000)
}

fn rate() -> Breaker {
    Breaker::new(Settings { jitter: false, ..Settings::default() }, 1)
}

fn classic() -> Breaker {
    Breaker::new(Settings::classic(), 1)
}

fn ask(breaker: &Breaker, verdict: Verdict, now: Moment) {
    let permit = breaker.admit(now).expect("a permit");
    breaker.record(permit, verdict, now);
}

/// A breaker that opened at `at(0)`.
fn opened(breaker: Breaker) -> Breaker {
    (0..5).for_each(|_| ask(&breaker, UNREACHABLE, at(0)));
    assert_eq!(breaker.state(), State::Open);
    breaker
}

#[test]
fn half_of_twenty_requests_open_it_and_fewer_do_not() {
    let breaker = rate();
    (0..10).for_each(|_| ask(&breaker, Verdict::Success, at(0)));
    (0..9).for_each(|_| ask(&breaker, FAILURE, at(900)));
    assert_eq!(breaker.state(), State::Closed);
    ask(&breaker, FAILURE, at(1000));
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn what_lies_ten_seconds_back_is_forgotten() {
    let breaker = rate();
    (0..19).for_each(|_| ask(&breaker, FAILURE, at(0)));
    (0..5).for_each(|_| ask(&breaker, FAILURE, at(11_000)));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn five_failed_connections_in_a_row_open_it_before_twenty_requests() {
    let breaker = rate();
    (0..4).for_each(|_| ask(&breaker, UNREACHABLE, at(0)));
    ask(&breaker, Verdict::Success, at(0));
    (0..4).for_each(|_| ask(&breaker, UNREACHABLE, at(0)));
    assert_eq!(breaker.state(), State::Closed);
    ask(&breaker, UNREACHABLE, at(0));
    assert_eq!(breaker.admit(at(1000)), Err(Open { retry_after: Duration::from_secs(4) }));
}

// Regression 30: 5xx counts as configured, and so does what throttles.
#[test]
fn throttling_counts_in_the_ratio_and_in_no_row() {
    let breaker = rate();
    (0..20).for_each(|_| ask(&breaker, Verdict::Throttled, at(0)));
    assert_eq!(breaker.state(), State::Open);
    let breaker = classic();
    (0..4).for_each(|_| ask(&breaker, FAILURE, at(0)));
    (0..9).for_each(|_| ask(&breaker, Verdict::Throttled, at(0)));
    assert_eq!(breaker.state(), State::Closed);
    ask(&breaker, FAILURE, at(0));
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn clients_that_go_away_change_nothing() {
    let breaker = rate();
    (0..100).for_each(|_| ask(&breaker, Verdict::Neither, at(0)));
    (0..19).for_each(|_| ask(&breaker, FAILURE, at(0)));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn two_good_probes_close_it_and_what_was_counted_is_forgotten() {
    let breaker = opened(rate());
    ask(&breaker, Verdict::Success, at(5000));
    assert_eq!(breaker.state(), State::HalfOpen);
    ask(&breaker, Verdict::Success, at(5001));
    assert_eq!(breaker.state(), State::Closed);
    ask(&breaker, UNREACHABLE, at(5002));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn each_reopening_doubles_the_time_up_to_a_minute() {
    let breaker = opened(rate());
    let mut now = 0;
    for seconds in [5u64, 10, 20, 40, 60, 60] {
        assert_eq!(breaker.admit(at(now)), Err(Open { retry_after: Duration::from_secs(seconds) }));
        now += seconds * 1000;
        ask(&breaker, FAILURE, at(now));
    }
}

#[test]
fn the_time_varies_by_a_fifth_between_upstreams() {
    let times: Vec<u128> = (0..200)
        .map(|seed| {
            let breaker = opened(Breaker::new(Settings::default(), seed));
            breaker.admit(at(0)).expect_err("an open breaker").retry_after.as_millis()
        })
        .collect();
    assert!(times.iter().all(|time| (4000..=6000).contains(time)));
    assert!(times.iter().any(|&time| time < 4200) && times.iter().any(|&time| time > 5800));
}

#[test]
fn late_permits_are_old_news() {
    let breaker = rate();
    let late: Vec<Permit> = (0..50).map(|_| breaker.admit(at(0)).expect("a permit")).collect();
    let breaker = opened(breaker);
    let probe = breaker.admit(at(5000)).expect("a probe");
    for permit in &late[..25] {
        breaker.record(*permit, FAILURE, at(5001));
    }
    for permit in &late[25..] {
        breaker.record(*permit, Verdict::Success, at(5001));
    }
    assert_eq!(breaker.state(), State::HalfOpen);
    breaker.record(probe, Verdict::Success, at(5002));
    ask(&breaker, Verdict::Success, at(5003));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_lost_probe_does_not_jam_the_breaker() {
    let breaker = opened(rate());
    for _ in 0..3 {
        let _lost = breaker.admit(at(5000)).expect("a probe");
    }
    assert!(breaker.admit(at(64_000)).is_err());
    ask(&breaker, Verdict::Success, at(65_000));
    ask(&breaker, Verdict::Success, at(65_000));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_probe_whose_client_went_away_leaves_its_place_to_another() {
    let breaker = opened(rate());
    for _ in 0..50 {
        ask(&breaker, Verdict::Neither, at(5000));
    }
    assert_eq!(breaker.state(), State::HalfOpen);
}

// Regression D7: half-open is entered, and recovery is no stampede.
#[test]
fn three_probes_of_fifty_callers_reach_the_upstream() {
    for breaker in [opened(rate()), opened(classic())] {
        let (breaker, admitted) = (&breaker, &AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(move || {
                    if breaker.admit(at(60_000)).is_ok_and(|permit| permit.probe) {
                        admitted.fetch_add(1, Relaxed);
                    }
                });
            }
        });
        assert_eq!(admitted.load(Relaxed), 3);
    }
}

#[test]
fn classic_opens_after_five_failures_for_a_minute_and_every_time() {
    let breaker = classic();
    (0..4).for_each(|_| ask(&breaker, FAILURE, at(0)));
    ask(&breaker, Verdict::Success, at(0));
    (0..5).for_each(|_| ask(&breaker, FAILURE, at(0)));
    assert_eq!(breaker.admit(at(0)), Err(Open { retry_after: Duration::from_secs(60) }));
    ask(&breaker, FAILURE, at(60_000));
    assert_eq!(breaker.admit(at(60_000)), Err(Open { retry_after: Duration::from_secs(60) }));
}

#[test]
fn off_refuses_nothing_and_other_settings_keep_it_open() {
    let breaker = Breaker::new(Settings::off(), 1);
    (0..100).for_each(|_| ask(&breaker, UNREACHABLE, at(0)));
    assert_eq!(breaker.state(), State::Closed);
    let changed = opened(rate()).with(Settings { probes: 1, ..Settings::default() });
    assert!(changed.admit(at(4000)).is_err());
    assert!(changed.admit(at(5000)).is_ok());
    assert!(changed.admit(at(5000)).is_err());
}

#[test]
fn the_operator_closes_it() {
    let breaker = opened(rate());
    breaker.reset(at(1));
    ask(&breaker, UNREACHABLE, at(2));
    assert_eq!(breaker.state(), State::Closed);
}

proptest! {
    /// Requests that overlap in any order, and some that are never heard of again.
    #[test]
    fn it_never_has_more_probes_than_allowed_and_never_jams(
        steps in prop::collection::vec((0u64..3000, 0u8..6, any::<prop::sample::Index>()), 1..300)
    ) {
        let (breaker, mut now, mut out) = (rate(), 0, Vec::<Permit>::new());
        for (step, action, which) in steps {
            now += step;
            match action {
                0..=2 => out.extend(breaker.admit(at(now))),
                _ if out.is_empty() => {}
                3 => breaker.record(out.swap_remove(which.index(out.len())), Verdict::Success, at(now)),
                4 => breaker.record(out.swap_remove(which.index(out.len())), UNREACHABLE, at(now)),
                _ => drop(out.swap_remove(which.index(out.len()))),
            }
            let word = breaker.load();
            let probes = out.iter().filter(|permit| permit.probe && permit.generation == word.generation).count();
            prop_assert!(probes <= usize::from(word.out) || word.state != State::HalfOpen);
            prop_assert!(word.out <= 3);
        }
        // The longest open time, a fifth, and the time of lost probes later it lets somebody in.
        let later = at(now + 132_000);
        prop_assert!(breaker.admit(later).is_ok() || breaker.admit(at(now + 200_000)).is_ok());
    }
}

/// Real threads that admit and record as fast as they can, while the clock runs.
#[test]
fn threads_never_leave_a_probe_behind() {
    for seed in 0..20 {
        let breaker = opened(Breaker::new(Settings { successes: 200, ..Settings::default() }, seed));
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let breaker = &breaker;
                scope.spawn(move || {
                    let mut random = Seeded::new(seed * 4 + thread);
                    for _ in 0..2000 {
                        let now = at(10_000);
                        let Ok(permit) = breaker.admit(now) else { continue };
                        let verdict = if random.below(40) == 0 { Verdict::Neither } else { Verdict::Success };
                        breaker.record(permit, verdict, now);
                    }
                });
            }
        });
        assert_eq!(breaker.load().out, 0);
    }
}
