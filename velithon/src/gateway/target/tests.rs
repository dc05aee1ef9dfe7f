//! What is written about targets, and which of a set may be chosen.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

const fn at(millis: u64) -> Moment {
    Moment::from_micros(1_000_000_000 + millis * 1000)
}

fn spec(text: &str) -> TargetSpec {
    text.parse().expect("a target")
}

fn error(text: &str) -> String {
    text.parse::<TargetSpec>().expect_err("no target").to_string()
}

fn set(targets: &[&str], options: SetOptions) -> TargetSet {
    TargetSet::new(targets.iter().map(|text| spec(text)).collect(), options, at(0))
}

fn eligible(set: &TargetSet, millis: u64) -> Vec<usize> {
    set.eligible(at(millis)).indices().collect()
}

fn down(set: &TargetSet, index: usize, millis: u64) {
    set.target(index).standing().set_health(Health::Down, at(millis));
}

#[test]
fn a_target_is_a_url_with_weight_and_backup_behind_it() {
    let read = spec("http://10.0.0.2:8080; weight=3; backup");
    assert_eq!((read.authority.as_str(), read.host.as_str(), read.port), ("10.0.0.2:8080", "10.0.0.2", 8080));
    assert_eq!((read.scheme, read.weight, read.backup), (Scheme::Http, 3, true));
    let read = spec("HTTPS://Users.Example:443/");
    assert_eq!((read.authority.as_str(), read.host.as_str(), read.port), ("Users.Example", "users.example", 443));
    let read = spec("http://[::1]:9000");
    assert_eq!(
        (read.authority.as_str(), read.host.as_str(), read.url()),
        ("[::1]:9000", "::1", "http://[::1]:9000".into())
    );
}

#[test]
fn what_is_no_target_says_why() {
    assert_eq!(
        error("10.0.0.1:8080"),
        "`10.0.0.1:8080` is no target: it has no scheme; \
         write \"http://10.0.0.1:8080\" or \"https://a.example; weight=3; backup\""
    );
    for (text, reason) in [
        ("ftp://a", "`ftp` is neither"),
        ("http://", "no valid host"),
        ("http://a/base", "no path"),
        ("http://a?q", "no path"),
        ("http://me:secret@a", "no user name"),
        ("http://a:0", "`0` is no port"),
        ("http://a:70000", "`70000` is no port"),
        ("http://a:", "`` is no port"),
        ("http://[::g]", "no"),
        ("http://a%20b", "no valid host"),
        ("http://a!b", "`a!b` is no host"),
        ("http://a; wieght=3", "`wieght=3` is neither"),
    ] {
        assert!(error(text).contains(reason), "{}", error(text));
    }
}

// Regression 32 and D14: a weight of zero is an error of the configuration, not of a request.
#[test]
fn a_weight_of_zero_is_an_error_that_names_draining() {
    for weight in ["0", "1001", "-1", "x"] {
        assert!(error(&format!("http://a; weight={weight}")).contains("from 1 to 1000; drain a target"));
    }
}

#[test]
fn a_table_says_the_same_as_a_text() {
    let read = |json: &str| serde_json::from_str::<Vec<TargetSpec>>(json).map_err(|error| error.to_string());
    let both = r#"["http://a; weight=3", { "url": "http://a", "weight": 3 }, { "url": "http://b", "backup": true }]"#;
    let targets = read(both).expect("targets");
    assert_eq!(targets[0], targets[1]);
    assert!(targets[2].backup);
    assert!(read(r#"[{ "url": "http://a", "weight": 0 }]"#).unwrap_err().contains("1 to 1000"));
    assert!(read(r#"[{ "url": "http://a", "wait": 1 }]"#).unwrap_err().contains("wait"));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,60}", tail in "(http://|;|=|:|\\[|\\]|weight|[0-9]){0,8}") {
        let _any = text.parse::<TargetSpec>();
        let _any = tail.parse::<TargetSpec>();
    }
}

#[test]
fn backups_are_used_only_while_no_primary_is_well() {
    let set = set(&["http://a", "http://b", "http://c; backup"], SetOptions::default());
    assert_eq!(eligible(&set, 0), [0, 1]);
    down(&set, 0, 1);
    assert_eq!(eligible(&set, 1), [1]);
    down(&set, 1, 2);
    assert_eq!(eligible(&set, 2), [2]);
    set.target(0).standing().set_health(Health::Up, at(3));
    assert_eq!(eligible(&set, 3), [0]);
}

#[test]
fn when_most_are_unwell_health_is_ignored() {
    let set =
        set(&["http://a", "http://b", "http://c", "http://d"], SetOptions { checked: true, ..Default::default() });
    (0..4).for_each(|index| set.target(index).standing().set_health(Health::Up, at(0)));
    down(&set, 0, 0);
    down(&set, 1, 0);
    assert_eq!(eligible(&set, 0), [2, 3]);
    assert!(!set.eligible(at(0)).is_panic());
    down(&set, 2, 0);
    assert_eq!(eligible(&set, 0), [0, 1, 2, 3]);
    assert!(set.eligible(at(0)).is_panic());
    set.target(1).standing().set_draining(true, at(0));
    assert_eq!(eligible(&set, 0), [0, 2, 3]);
}

#[test]
fn one_or_two_targets_that_are_down_are_not_asked() {
    let set = set(&["http://a", "http://b"], SetOptions::default());
    down(&set, 0, 0);
    assert_eq!(eligible(&set, 0), [1]);
    down(&set, 1, 0);
    assert!(set.eligible(at(0)).is_empty());
}

#[test]
fn an_eligible_backup_is_better_than_a_panic() {
    let set = set(&["http://a", "http://b", "http://c", "http://d; backup"], SetOptions::default());
    down(&set, 0, 0);
    down(&set, 1, 0);
    assert_eq!(eligible(&set, 0), [2]);
    down(&set, 2, 0);
    assert_eq!(eligible(&set, 0), [3]);
}

#[test]
fn a_new_target_waits_for_its_first_check_but_not_for_ever() {
    let options = SetOptions { checked: true, ..SetOptions::default() };
    let set = set(&["http://a", "http://b", "http://c"], options);
    assert!(set.eligible(at(0)).is_empty());
    set.target(1).standing().set_health(Health::Up, at(10));
    assert_eq!(eligible(&set, 10), [1]);
    set.target(0).standing().set_health(Health::Down, at(20));
    assert_eq!(eligible(&set, 4_999), [1]);
    assert_eq!(eligible(&set, 5_000), [1, 2]);
}

#[test]
fn a_target_keeps_its_state_while_its_key_stays() {
    let first = set(&["http://a; weight=2", "http://b"], SetOptions::default());
    first.target(0).load().observe(Duration::from_millis(7), at(0));
    let specs = ["http://c", "http://A:80; weight=9"].map(spec).to_vec();
    let second = first.next(specs, SetOptions::default(), at(1));
    assert!(std::sync::Arc::ptr_eq(first.target(0), second.target(1)));
    assert_eq!(second.members()[1].spec.weight, 9);
}

#[test]
fn checks_that_are_switched_off_are_forgotten() {
    let checked = SetOptions { checked: true, ..SetOptions::default() };
    let first = set(&["http://a"], checked);
    down(&first, 0, 0);
    let second = first.next(vec![spec("http://a")], SetOptions::default(), at(1));
    assert_eq!(eligible(&second, 1), [0]);
}

#[test]
fn one_name_with_two_addresses_is_two_targets_and_a_repeated_one_is_one() {
    let name = spec("http://users.svc:8080");
    let specs = ["10.0.0.1", "10.0.0.2", "10.0.0.1"].map(|address| name.at(address.parse().expect("an address")));
    let set = TargetSet::new(specs.to_vec(), SetOptions::default(), at(0));
    let labels: Vec<_> = set.members().iter().map(|member| member.target.label()).collect();
    assert_eq!(labels, ["10.0.0.1:8080", "10.0.0.2:8080"]);
    assert_ne!(set.target(0).hash(), set.target(1).hash());
}

#[test]
fn a_returned_target_gets_a_growing_share() {
    let options = SetOptions { slow_start: Duration::from_secs(30), ..SetOptions::default() };
    let set = set(&["http://a; weight=4", "http://b; weight=4"], options);
    assert_eq!(eligible(&set, 40_000), [0, 1]);
    let weight = |millis| set.eligible(at(millis)).weight(0);
    assert_eq!(weight(40_000), 4.0);
    down(&set, 0, 50_000);
    set.target(0).standing().set_health(Health::Up, at(60_000));
    assert!((weight(60_000) - 0.4).abs() < 1e-6);
    assert!((weight(75_000) - 2.0).abs() < 1e-6);
    assert_eq!(set.eligible(at(75_000)).weight(1), 4.0);
    assert_eq!(weight(90_000), 4.0);
}

// Regression 31: recovery is noticed, and not after the failures have faded from the average.
#[test]
fn good_checks_end_a_time_out_and_what_was_measured_before_it() {
    let set = set(&["http://a", "http://b"], SetOptions { checked: true, ..SetOptions::default() });
    (0..2).for_each(|index| set.target(index).standing().set_health(Health::Up, at(0)));
    set.target(0).load().observe_failure(None, at(10));
    set.target(0).standing().eject(at(300_000), false);
    down(&set, 0, 20);
    assert_eq!(eligible(&set, 20), [1]);
    set.target(0).standing().set_health(Health::Up, at(1000));
    assert_eq!(eligible(&set, 1000), [0, 1]);
    assert_eq!(set.target(0).load().average(at(1000)), None);
}

#[test]
fn a_request_counts_until_its_guard_is_dropped() {
    let set = set(&["http://a"], SetOptions::default());
    let guard = set.target(0).enter();
    assert_eq!(set.target(0).load().in_flight(), 1);
    drop(guard);
    assert_eq!(set.target(0).load().in_flight(), 0);
}

proptest! {
    /// Whatever happens to the targets, the cached list is the one that would be made now.
    #[test]
    fn the_list_is_never_older_than_the_last_change(
        count in 1usize..8,
        steps in prop::collection::vec((0usize..8, 0u8..5, 0u64..3000), 1..100)
    ) {
        let specs = (0..count).map(|number| spec(&format!("http://t{number}{}", if number % 3 == 2 { "; backup" } else { "" })));
        let options = SetOptions { checked: true, slow_start: Duration::from_secs(4), ..SetOptions::default() };
        let (set, mut now) = (TargetSet::new(specs.collect(), options, at(0)), 0);
        for (index, action, step) in steps {
            now += step;
            let standing = set.target(index % count).standing();
            match action {
                0 => standing.set_health(Health::Up, at(now)),
                1 => standing.set_health(Health::Down, at(now)),
                2 => standing.set_draining(true, at(now)),
                3 => standing.set_draining(false, at(now)),
                _ => standing.eject(at(now + 2000), false),
            }
            let fresh: Vec<_> = Eligible::of(&set, at(now)).indices().collect();
            prop_assert_eq!(eligible(&set, now), fresh);
        }
    }
}
