use std::time::Duration;

use super::{Size, duration, size};

/// Checks the cases that the macros are checked by as well.
#[test]
fn attributes_and_configuration_read_the_same_units() {
    let cases = include_str!("../../../../velithon-macros/src/unit_cases.txt");
    for case in cases.lines().filter(|line| !line.starts_with('#')) {
        let (kind, rest) = case.split_once(' ').expect("a case begins with its kind");
        let (text, expected) = rest.split_once(" = ").or_else(|| rest.split_once(" ! ")).expect("a case says its end");
        let read = match kind {
            "duration" => duration::parse(text).map(|duration| duration.as_nanos()),
            _ => size::parse(text).map(u128::from),
        };
        match read {
            Ok(value) => assert_eq!(value.to_string(), expected, "{case}"),
            Err(error) => assert!(error.to_string().contains(&format!(": {expected}; write ")), "{case}: {error}"),
        }
    }
}

fn says<T: std::fmt::Debug>(result: Result<T, super::UnitError>) -> String {
    result.map_or_else(|error| error.to_string(), |value| format!("{value:?} is accepted"))
}

#[test]
fn durations_read_as_people_write_them() {
    let seconds = |text: &str| duration::parse(text).map(|duration| duration.as_secs_f64());
    assert_eq!(seconds("30s"), Ok(30.0));
    assert_eq!(seconds("5m"), Ok(300.0));
    assert_eq!(seconds("250ms"), Ok(0.25));
    assert_eq!(seconds("1h"), Ok(3600.0));
    assert_eq!(seconds("1d"), Ok(86_400.0));
    assert_eq!(seconds("1m30s"), Ok(90.0));
    assert_eq!(seconds("0s"), Ok(0.0));
}

#[test]
fn a_bare_number_is_no_duration() {
    assert_eq!(
        says(duration::parse("30")),
        "`30` is no duration: `30` has no unit; write \"250ms\", \"30s\", \"5m\", \"1h\", \"1d\" or \"1m30s\""
    );
}

#[test]
fn a_wrong_unit_is_named() {
    assert!(says(duration::parse("10sec")).starts_with("`10sec` is no duration: `sec` is no unit;"));
    assert!(says(duration::parse("1.5s")).starts_with("`1.5s` is no duration: `.` is no unit;"));
    assert!(says(duration::parse("s")).starts_with("`s` is no duration: a number has to stand before `s`;"));
    assert!(says(duration::parse("")).starts_with("`` is no duration: it is empty;"));
}

#[test]
fn units_of_a_duration_shrink_from_left_to_right() {
    let reason = "units go from the largest to the smallest, each once";
    assert!(says(duration::parse("30s1m")).contains(reason));
    assert!(says(duration::parse("1m1m")).contains(reason));
}

#[test]
fn a_duration_past_the_clock_is_refused() {
    assert!(says(duration::parse("999999999999999999999d")).contains("it is too long"));
    assert!(says(duration::parse("999999999999999999999999999999999999999999d")).contains("it is too long"));
}

#[test]
fn a_written_duration_reads_back() {
    for duration in [Duration::ZERO, Duration::from_millis(250), Duration::from_secs(90), Duration::new(86_461, 5)] {
        assert_eq!(duration::parse(&duration::format(duration)), Ok(duration));
    }
    assert_eq!(duration::format(Duration::from_secs(90)), "1m30s");
}

#[test]
fn sizes_read_as_people_write_them() {
    assert_eq!(size::parse("64KiB"), Ok(65_536));
    assert_eq!(size::parse("10 MiB"), Ok(10 << 20));
    assert_eq!(size::parse("1MB"), Ok(1_000_000));
    assert_eq!(size::parse("512"), Ok(512));
}

#[test]
fn an_ambiguous_size_is_refused() {
    assert!(says(size::parse("64K")).starts_with("`64K` is no size: `K` is no unit;"));
    assert!(says(size::parse("64kib")).contains("`kib` is no unit, `KiB` is one"));
    assert!(says(size::parse("MiB")).contains("it does not begin with a whole number"));
    assert!(says(size::parse("99999999TiB")).contains("more than 2^64 bytes"));
}

#[test]
fn a_written_size_reads_back() {
    for bytes in [0, 1, 1000, 1024, 65_536, 1_000_000, u64::MAX] {
        assert_eq!(size::parse(&size::format(bytes)), Ok(bytes));
    }
    assert_eq!(Size::new(65_536).to_string(), "64KiB");
}
