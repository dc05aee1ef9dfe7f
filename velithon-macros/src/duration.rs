//! Durations in attributes: `"250ms"`, `"30s"`, `"1m30s"`. The rules are those of `velithon::config::duration`.

use syn::LitStr;

use crate::literal::{fault, range};

const HELP: &str = "write \"250ms\", \"30s\", \"5m\", \"1h\", \"1d\" or \"1m30s\"";

/// Units with their length in nanoseconds, the largest first.
const UNITS: [(&str, u128); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// Reads a duration, in nanoseconds.
pub(crate) fn parse(literal: &LitStr) -> syn::Result<u128> {
    let text = literal.value();
    part(literal, &text, &text)
}

/// Reads a duration that is a part of the text of `literal`.
pub(crate) fn part(literal: &LitStr, whole: &str, text: &str) -> syn::Result<u128> {
    let wrong = |part: &str, reason: String| {
        fault(literal, range(whole, part), format_args!("`{}` is no duration: {reason}", text.trim()), HELP)
    };
    let (mut rest, mut total, mut next) = (text.trim(), 0u128, 0);
    if rest.is_empty() {
        return Err(wrong(text, "it is empty".into()));
    }
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
        let (name, after) = after.split_at(after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len()));
        if number.is_empty() {
            return Err(wrong(name, format!("a number has to stand before `{name}`")));
        }
        if name.is_empty() {
            return Err(wrong(number, format!("`{number}` has no unit")));
        }
        let place = UNITS.iter().position(|(known, _)| *known == name);
        let place = place.ok_or_else(|| wrong(name, format!("`{name}` is no unit")))?;
        if place < next {
            return Err(wrong(name, "units go from the largest to the smallest, each once".into()));
        }
        let length = number.parse::<u128>().ok().and_then(|number| number.checked_mul(UNITS[place].1));
        total = length.and_then(|length| total.checked_add(length)).ok_or_else(|| wrong(number, too_long()))?;
        (rest, next) = (after, place + 1);
    }
    let most = u128::from(u64::MAX) * 1_000_000_000;
    if total <= most { Ok(total) } else { Err(wrong(text.trim(), too_long())) }
}

fn too_long() -> String {
    "it is too long".to_owned()
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use syn::LitStr;

    fn parse(text: &str) -> Result<u128, String> {
        super::parse(&LitStr::new(text, Span::call_site())).map_err(|error| error.to_string())
    }

    fn first(text: &str) -> String {
        parse(text).expect_err("it is accepted").lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn durations_are_read() {
        assert_eq!(parse("250ms"), Ok(250_000_000));
        assert_eq!(parse("1m30s"), Ok(90_000_000_000));
        assert_eq!(parse("1d"), Ok(86_400_000_000_000));
    }

    /// Checks the cases that the configuration is checked by as well.
    #[test]
    fn the_shared_cases_hold() {
        for case in include_str!("unit_cases.txt").lines().filter(|line| !line.starts_with('#')) {
            let (kind, rest) = case.split_once(' ').expect("a case begins with its kind");
            let (text, expected) =
                rest.split_once(" = ").or_else(|| rest.split_once(" ! ")).expect("a case says its end");
            let literal = LitStr::new(text, Span::call_site());
            let read = match kind {
                "duration" => super::parse(&literal),
                _ => crate::size::parse(&literal).map(u128::from),
            };
            match read.map_err(|error| error.to_string()) {
                Ok(value) => assert_eq!(value.to_string(), expected, "{case}"),
                Err(error) => assert!(error.contains(&format!(": {expected}\n")), "{case}: {error}"),
            }
        }
    }

    #[test]
    fn the_caret_stands_under_a_wrong_unit() {
        let message = "`10sec` is no duration: `sec` is no unit\n    10sec\n      ^^^\n\
                       help: write \"250ms\", \"30s\", \"5m\", \"1h\", \"1d\" or \"1m30s\"";
        assert_eq!(parse("10sec"), Err(message.into()));
    }

    #[test]
    fn what_leaves_the_unit_or_the_number_open_is_refused() {
        assert_eq!(first("30"), "`30` is no duration: `30` has no unit");
        assert_eq!(first("s"), "`s` is no duration: a number has to stand before `s`");
        assert_eq!(first(""), "`` is no duration: it is empty");
        assert_eq!(first("1.5s"), "`1.5s` is no duration: `.` is no unit");
        assert_eq!(first("5s1m"), "`5s1m` is no duration: units go from the largest to the smallest, each once");
        assert_eq!(first("99999999999999999999d"), "`99999999999999999999d` is no duration: it is too long");
    }
}
