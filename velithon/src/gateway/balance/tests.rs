//! Who gets how much, and who gets nothing.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

use super::*;
use crate::gateway::random::Seeded;
use crate::gateway::target::{Health, SetOptions};

const NOW: Moment = Moment::from_micros(1_000_000_000);

fn later(millis: u64) -> Moment {
    NOW + Duration::from_millis(millis)
}

fn set(algorithm: &str, targets: &[String]) -> (TargetSet, Balancer) {
    let algorithm: Algorithm = algorithm.parse().expect("a balance");
    let specs = targets.iter().map(|text| text.parse().expect("a target")).collect();
    let options = SetOptions { algorithm: algorithm.clone(), ..SetOptions::default() };
    (TargetSet::new(specs, options, NOW), Balancer::new(algorithm))
}

fn named(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("http://10.0.{}.{}", number / 250, number % 250 + 1)).collect()
}

fn weighted(weights: &[u32]) -> Vec<String> {
    weights.iter().zip(named(weights.len())).map(|(weight, name)| format!("{name}; weight={weight}")).collect()
}

/// A request from nobody, for nothing in particular.
fn with_head<T>(headers: &HeaderMap, f: impl FnOnce(&Head<'_>) -> T) -> T {
    f(&Head { path: "/", query: None, headers, client: None })
}

fn pick(set: &TargetSet, balancer: &Balancer, tried: &Tried, random: &mut Seeded) -> Option<usize> {
    with_head(&HeaderMap::new(), |head| balancer.pick(set, head, tried, NOW, random))
}

fn picks(set: &TargetSet, balancer: &Balancer, count: usize) -> Vec<usize> {
    let mut random = Seeded::new(7);
    (0..count).map(|_| pick(set, balancer, &Tried::default(), &mut random).expect("a target")).collect()
}

fn counts(picks: &[usize], len: usize) -> Vec<usize> {
    (0..len).map(|index| picks.iter().filter(|&&pick| pick == index).count()).collect()
}

/// The target of each of many keys.
fn of_keys(set: &TargetSet, balancer: &Balancer, keys: u32) -> Vec<usize> {
    let (headers, mut random) = (HeaderMap::new(), Seeded::new(1));
    let of = |key: u32| {
        let client = Some(IpAddr::V4(Ipv4Addr::from(key)));
        let head = Head { path: "/", query: None, headers: &headers, client };
        balancer.pick(set, &head, &Tried::default(), NOW, &mut random).expect("a target")
    };
    (0..keys).map(of).collect()
}

const ALL: [&str; 8] = ["p2c", "ewma", "least", "round_robin", "weighted", "random", "hash(ip)", "sticky(cookie)"];

#[test]
fn round_robin_keeps_the_written_order() {
    let (set, balancer) = set("round_robin", &named(3));
    assert_eq!(picks(&set, &balancer, 7), [0, 1, 2, 0, 1, 2, 0]);
}

// Regression 32 and D8: written order, and no bursts.
#[test]
fn weighted_is_exact_over_a_turn_and_smooth() {
    let (set, balancer) = set("weighted", &weighted(&[5, 1, 1]));
    assert_eq!(picks(&set, &balancer, 7), [0, 0, 1, 0, 2, 0, 0]);
    assert_eq!(counts(&picks(&set, &balancer, 700), 3), [500, 100, 100]);
}

#[test]
fn what_is_out_leaves_its_share_to_the_others_in_proportion() {
    let (set, balancer) = set("weighted", &weighted(&[5, 3, 1]));
    set.target(0).standing().set_draining(true, NOW);
    assert_eq!(counts(&picks(&set, &balancer, 400), 3), [0, 300, 100]);
}

#[test]
fn the_lot_follows_the_weights() {
    let (set, balancer) = set("random", &weighted(&[1, 2, 7]));
    let counts = counts(&picks(&set, &balancer, 100_000), 3);
    for (count, expected) in counts.iter().zip([10_000, 20_000, 70_000]) {
        assert!(count.abs_diff(expected) < 700, "{counts:?}");
    }
}

#[test]
fn least_prefers_whoever_has_fewest_requests_for_its_weight() {
    let (set, balancer) = set("least", &weighted(&[1, 4]));
    let _held: Vec<_> = (0..3).map(|_| set.target(1).enter()).collect();
    // (0 + 1) / 1 against (3 + 1) / 4: equal, and either will do.
    let _one = set.target(0).enter();
    assert_eq!(picks(&set, &balancer, 20), [1; 20]);
}

#[test]
fn idle_targets_share_evenly_under_least() {
    let (set, balancer) = set("least", &named(4));
    assert!(counts(&picks(&set, &balancer, 4000), 4).iter().all(|count| count.abs_diff(1000) < 150));
}

#[test]
fn p2c_avoids_the_slow_one_and_the_crowded_one() {
    let (set, balancer) = set("p2c", &named(2));
    set.target(0).load().observe(Duration::from_millis(400), NOW);
    set.target(1).load().observe(Duration::from_millis(10), NOW);
    assert_eq!(picks(&set, &balancer, 50), [1; 50]);
    let _crowd: Vec<_> = (0..50).map(|_| set.target(1).enter()).collect();
    assert_eq!(picks(&set, &balancer, 50), [0; 50]);
}

#[test]
fn a_target_that_fails_fast_attracts_nothing() {
    let (set, balancer) = set("p2c", &named(2));
    set.target(1).load().observe(Duration::from_millis(80), NOW);
    set.target(0).load().observe(Duration::from_millis(1), NOW);
    set.target(0).load().observe_failure(None, NOW);
    assert_eq!(picks(&set, &balancer, 50), [1; 50]);
}

#[test]
fn a_target_without_an_answer_yet_is_neither_shunned_nor_stormed() {
    let (set, balancer) = set("p2c", &named(3));
    set.target(0).load().observe(Duration::from_millis(10), NOW);
    set.target(1).load().observe(Duration::from_millis(30), NOW);
    // Nobody has asked it anything: the first draw that meets it is its own.
    let first = counts(&picks(&set, &balancer, 3000), 3);
    assert!(first[2].abs_diff(2000) < 150, "{first:?}");
    let _asked = set.target(2).enter();
    let busy = counts(&picks(&set, &balancer, 3000), 3);
    // By the mean of the others, once more for the one in flight, it is the last choice until it has answered.
    assert_eq!(busy[2], 0, "{busy:?}");
}

#[test]
fn p2c_shares_evenly_among_equals_and_by_weight_among_unequals() {
    let held = |weights: &[u32]| {
        let (set, balancer) = set("p2c", &weighted(weights));
        let (mut random, mut guards) = (Seeded::new(2), Vec::new());
        for _ in 0..1000 {
            let chosen = pick(&set, &balancer, &Tried::default(), &mut random).expect("a target");
            guards.push(set.target(chosen).enter());
        }
        (0..weights.len()).map(|index| set.target(index).load().in_flight()).collect::<Vec<_>>()
    };
    assert!(held(&[1, 1, 1, 1]).iter().all(|count| count.abs_diff(250) < 10));
    let unequal = held(&[1, 4]);
    assert!(unequal[0].abs_diff(200) < 30, "{unequal:?}");
}

#[test]
fn the_same_key_goes_to_the_same_target_in_every_process() {
    let (few, few_balancer) = set("hash(ip)", &named(5));
    assert_eq!(of_keys(&few, &few_balancer, 12), of_keys(&set("hash(ip)", &named(5)).0, &few_balancer, 12));
    let (many, many_balancer) = set("hash(ip)", &named(20));
    assert_eq!(of_keys(&many, &many_balancer, 1000), of_keys(&many, &many_balancer, 1000));
}

#[test]
fn a_hash_is_recorded_so_that_no_version_moves_every_key() {
    let (few, balancer) = set("hash(ip)", &named(5));
    assert_eq!(of_keys(&few, &balancer, 12), RECORDED_FEW);
    let (many, balancer) = set("hash(ip)", &named(20));
    assert_eq!(of_keys(&many, &balancer, 12), RECORDED_MANY);
}

const RECORDED_FEW: [usize; 12] = [1, 4, 4, 3, 2, 0, 2, 1, 3, 2, 2, 2];
const RECORDED_MANY: [usize; 12] = [14, 11, 16, 3, 12, 6, 2, 12, 8, 6, 12, 16];

/// The share of keys that move when one of so many targets goes.
fn moved(count: usize) -> f64 {
    const KEYS: u32 = 20_000;
    let (before, balancer) = set("hash(ip)", &named(count));
    let gone = count / 2;
    let mut names = named(count);
    names.remove(gone);
    let (after, _) = set("hash(ip)", &names);
    let shift = |index: usize| if index < gone { index } else { index + 1 };
    let (first, second) = (of_keys(&before, &balancer, KEYS), of_keys(&after, &balancer, KEYS));
    let moved = first.iter().zip(&second).filter(|&(before, after)| *before != shift(*after)).count();
    moved as f64 / f64::from(KEYS)
}

#[test]
fn when_one_target_goes_few_keys_move() {
    for count in [2, 3, 5, 15, 16, 17, 40, 100] {
        let moved = moved(count);
        assert!(moved <= 1.0 / count as f64 + 0.05, "{count} targets: {moved}");
    }
}

#[test]
fn a_target_that_is_out_for_a_while_moves_its_own_keys_alone() {
    for count in [5, 30] {
        let (set, balancer) = set("hash(ip)", &named(count));
        let before = of_keys(&set, &balancer, 5000);
        set.target(2).standing().set_draining(true, NOW);
        let during = of_keys(&set, &balancer, 5000);
        assert!(before.iter().zip(&during).all(|(before, during)| *before == 2 || before == during));
        assert!(!during.contains(&2));
        // Its keys are shared out, not handed to one neighbor.
        let heirs: HashMap<_, _> =
            before.iter().zip(&during).filter(|(before, _)| **before == 2).map(|(_, heir)| (heir, ())).collect();
        assert!(heirs.len() >= (count - 1).min(10), "{} heirs", heirs.len());
        set.target(2).standing().set_draining(false, NOW);
        assert_eq!(of_keys(&set, &balancer, 5000), before);
    }
}

#[test]
fn hashing_spreads_keys_by_weight() {
    for weights in [vec![1, 2, 5], [vec![1; 10], vec![3; 10]].concat()] {
        let (set, balancer) = set("hash(ip)", &weighted(&weights));
        let counts = counts(&of_keys(&set, &balancer, 40_000), weights.len());
        let sum: u32 = weights.iter().sum();
        for (count, weight) in counts.iter().zip(&weights) {
            let expected = 40_000.0 * f64::from(*weight) / f64::from(sum);
            assert!((*count as f64 - expected).abs() < expected * 0.12, "{counts:?}");
        }
    }
}

#[test]
fn a_popular_key_does_not_overload_its_target() {
    for count in [4, 20] {
        let (set, balancer) = set("hash(path)", &named(count));
        let (mut random, mut guards) = (Seeded::new(1), Vec::new());
        for _ in 0..400 {
            let chosen = pick(&set, &balancer, &Tried::default(), &mut random).expect("a target");
            guards.push(set.target(chosen).enter());
            let bound = (1.25 * guards.len() as f32 / count as f32).ceil() as u32 + 1;
            assert!(set.target(chosen).load().in_flight() <= bound.max(2));
        }
    }
}

#[test]
fn a_request_without_the_key_goes_anywhere() {
    let (set, balancer) = set("hash(header x-tenant)", &named(4));
    assert!(counts(&picks(&set, &balancer, 4000), 4).iter().all(|count| count.abs_diff(1000) < 150));
}

#[test]
fn keys_go_to_backups_when_no_primary_is_left() {
    let mut names = named(18);
    names.push("http://10.1.0.1; backup".into());
    names.push("http://10.1.0.2; backup".into());
    let (set, balancer) = set("hash(ip)", &names);
    assert!(of_keys(&set, &balancer, 2000).iter().all(|&index| index < 18));
    (0..18).for_each(|index| set.target(index).standing().set_health(Health::Down, NOW));
    let chosen = of_keys(&set, &balancer, 2000);
    assert!(chosen.iter().all(|&index| index >= 18) && chosen.contains(&18) && chosen.contains(&19));
}

#[test]
fn a_cookie_binds_a_client_until_its_target_is_out() {
    let (set, balancer) = set("sticky(cookie route)", &named(4));
    let mut random = Seeded::new(3);
    let mut headers = HeaderMap::new();
    let first = pick(&set, &balancer, &Tried::default(), &mut random).expect("a target");
    let cookie = with_head(&headers, |head| balancer.cookie(&set, head, first, true)).expect("a cookie");
    let text = cookie.to_str().expect("text");
    assert!(text.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{text}");
    let value = text.split(';').next().expect("a pair");
    assert!(value.starts_with("route=") && value.len() == "route=".len() + 16, "{value}");

    headers.insert("cookie", HeaderValue::from_str(&format!("a=b; {value}")).expect("a value"));
    for _ in 0..50 {
        let again = with_head(&headers, |head| balancer.pick(&set, head, &Tried::default(), NOW, &mut random));
        assert_eq!(again, Some(first));
    }
    assert_eq!(with_head(&headers, |head| balancer.cookie(&set, head, first, true)), None);

    set.target(first).standing().set_draining(true, NOW);
    let other = with_head(&headers, |head| balancer.pick(&set, head, &Tried::default(), NOW, &mut random));
    assert!(other.is_some_and(|other| other != first));
    assert!(with_head(&headers, |head| balancer.cookie(&set, head, other.unwrap_or(0), false)).is_some());
}

#[test]
fn a_forged_cookie_binds_nobody() {
    let (set, balancer) = set("sticky(cookie)", &named(4));
    for value in ["velithon_target=zzz", "velithon_target=", "velithon_target=0000000000000000"] {
        let headers = HeaderMap::from_iter([(http::header::COOKIE, HeaderValue::from_static(value))]);
        let chosen = with_head(&headers, |head| balancer.pick(&set, head, &Tried::default(), NOW, &mut Seeded::new(1)));
        assert!(chosen.is_some());
    }
}

// Regression D14: a dead target does not stay in turn, and a retry does not go back to it.
#[test]
fn no_balance_returns_to_a_tried_target_while_another_is_there() {
    for algorithm in ALL {
        for count in [1, 2, 3, 20, 70] {
            let (set, balancer) = set(algorithm, &named(count));
            let (mut tried, mut random) = (Tried::default(), Seeded::new(9));
            for _ in 0..count {
                let chosen = pick(&set, &balancer, &tried, &mut random).expect("a target");
                assert!(!tried.has(chosen), "{algorithm} of {count}");
                tried.add(chosen);
            }
            assert!(pick(&set, &balancer, &tried, &mut random).is_some(), "{algorithm} of {count}");
        }
    }
}

proptest! {
    #[test]
    fn no_balance_picks_who_is_not_eligible(
        algorithm in prop::sample::select(&ALL[..]),
        weights in prop::collection::vec(1u32..20, 1..40),
        out in prop::collection::vec(any::<bool>(), 40),
        tried in prop::collection::vec(0usize..40, 0..6),
        seed: u64,
    ) {
        let weights = if algorithm == "round_robin" { vec![1; weights.len()] } else { weights };
        let (set, balancer) = set(algorithm, &weighted(&weights));
        let mut held = Vec::new();
        for (index, out) in out.iter().enumerate().take(set.len()) {
            set.target(index).standing().set_draining(*out, NOW);
            if index % 3 == 0 {
                held.push(set.target(index).enter());
                set.target(index).load().observe(Duration::from_millis(index as u64), NOW);
            }
        }
        let mut marks = Tried::default();
        tried.iter().filter(|&&index| index < set.len()).for_each(|&index| marks.add(index));
        let well = |index: &usize| !out[*index];
        let another = (0..set.len()).filter(well).any(|index| !marks.has(index));
        let mut random = Seeded::new(seed);
        for _ in 0..20 {
            match pick(&set, &balancer, &marks, &mut random) {
                Some(chosen) => {
                    prop_assert!(well(&chosen));
                    prop_assert!(!another || !marks.has(chosen));
                }
                None => prop_assert!(!(0..set.len()).any(|index| well(&index))),
            }
        }
    }
}

/// Where requests go that come one after another, one each millisecond, while a target answers as fast as it does.
fn one_after_another(algorithm: &str, answers: [u64; 3], millis: std::ops::Range<u64>) -> Vec<(u64, usize)> {
    let (set, balancer) = set(algorithm, &named(3));
    // One failure, not enough to be left out for.
    set.target(2).load().observe_failure(None, later(millis.start));
    let mut random = Seeded::new(5);
    let mut step = |millis| {
        let pick = |head: &Head<'_>| balancer.pick(&set, head, &Tried::default(), later(millis), &mut random);
        let chosen = with_head(&HeaderMap::new(), pick).expect("a target");
        set.target(chosen).load().observe(Duration::from_micros(answers[chosen]), later(millis));
        (millis, chosen)
    };
    millis.map(&mut step).collect()
}

// Regression 31: recovery is noticed, though requests come one after another and the others answer in no time.
#[test]
fn a_target_that_failed_once_is_looked_at_again_within_two_seconds() {
    for algorithm in ["p2c", "ewma"] {
        let chosen = one_after_another(algorithm, [300, 300, 200], 0..4_000);
        let again = chosen.iter().find(|(_, target)| *target == 2).expect("it is tried").0;
        assert!((1_000..1_100).contains(&again), "{algorithm}: at {again} ms");
        let later = chosen.iter().filter(|(millis, target)| *millis >= 2_000 && *target == 2).count();
        assert!(later > 500, "{algorithm}: it has its share again, {later} of 2,000");
    }
}

#[test]
fn a_target_that_stays_slow_is_looked_at_once_a_second() {
    for algorithm in ["p2c", "ewma"] {
        let chosen = one_after_another(algorithm, [300, 300, 50_000], 0..10_000);
        let slow = chosen.iter().filter(|(_, target)| *target == 2).count();
        assert!((8..=10).contains(&slow), "{algorithm}: {slow} of 10,000");
    }
}

#[test]
fn a_target_that_does_not_answer_is_asked_by_one_request_at_a_time() {
    let (set, balancer) = set("p2c", &named(2));
    set.target(0).load().observe(Duration::from_millis(1), NOW);
    set.target(1).load().observe_failure(None, NOW);
    let (mut random, mut held) = (Seeded::new(1), Vec::new());
    for millis in 1_000..30_000 {
        set.target(0).load().observe(Duration::from_millis(1), later(millis));
        let pick = |head: &Head<'_>| balancer.pick(&set, head, &Tried::default(), later(millis), &mut random);
        if with_head(&HeaderMap::new(), pick) == Some(1) {
            held.push(set.target(1).enter());
        }
    }
    assert_eq!(held.len(), 1);
}
