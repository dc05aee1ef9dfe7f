//! Durations in attributes: `"30s"`, `"1m30s"`. The rules are those of `velithon::config::duration`.

use std::time::Duration;

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

/// Reads a duration; units go from the largest to the smallest, each once.
pub(crate) fn parse(literal: &LitStr) -> syn::Result<Duration> {
    let text = literal.value();
    let wrong = |part: &str, reason: String| {
        fault(literal, range(&text, part), format_args!("`{text}` is no duration: {reason}"), HELP)
    };
    let (mut rest, mut total, mut next) = (text.trim(), 0u128, 0);
    if rest.is_empty() {
        return Err(wrong(rest, "it is empty".into()));
    }
    while !rest.is_empty() {
        let (number, after) = split(rest, |c| !c.is_ascii_digit());
        let (unit, after) = split(after, |c| c.is_ascii_digit());
        if number.is_empty() {
            return Err(wrong(unit, format!("a number has to stand before `{unit}`")));
        }
        if unit.is_empty() {
            return Err(wrong(number, format!("`{number}` has no unit")));
        }
        let place = UNITS.iter().position(|(name, _)| *name == unit);
        let place = place.ok_or_else(|| wrong(unit, format!("`{unit}` is no unit")))?;
        if place < next {
            return Err(wrong(unit, "units go from the largest to the smallest, each once".into()));
        }
        let part = number.parse::<u128>().ok().and_then(|number| number.checked_mul(UNITS[place].1));
        let sum = part.and_then(|part| total.checked_add(part));
        total = sum.ok_or_else(|| wrong(number, "it is too long".into()))?;
        (rest, next) = (after, place + 1);
    }
    let seconds = u64::try_from(total / 1_000_000_000).map_err(|_| wrong(text.trim(), "it is too long".into()))?;
    // The remainder of a division by 10^9 fits 32 bits.
    Ok(Duration::new(seconds, (total % 1_000_000_000) as u32))
}

fn split(text: &str, at: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(at).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proc_macro2::Span;
    use syn::LitStr;

    fn parse(text: &str) -> Result<Duration, String> {
        super::parse(&LitStr::new(text, Span::call_site())).map_err(|error| error.to_string())
    }

    #[test]
    fn durations_are_read() {
        assert_eq!(parse("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(parse("1d"), Ok(Duration::from_secs(86_400)));
        assert_eq!(parse("1m30s"), Ok(Duration::from_secs(90)));
    }

    #[test]
    fn the_caret_stands_under_a_wrong_unit() {
        let message = "`10x` is no duration: `x` is no unit\n    10x\n      ^\n\
                       help: write \"250ms\", \"30s\", \"5m\", \"1h\", \"1d\" or \"1m30s\"";
        assert_eq!(parse("10x"), Err(message.into()));
    }

    #[test]
    fn a_number_without_a_unit_is_pointed_at() {
        let error = parse("1m30").unwrap_err();
        assert!(error.starts_with("`1m30` is no duration: `30` has no unit\n    1m30\n      ^^\n"), "{error}");
    }

    #[test]
    fn an_empty_duration_has_nothing_to_point_at() {
        assert!(parse("").unwrap_err().starts_with("`` is no duration: it is empty\nhelp: "));
    }

    #[test]
    fn growing_units_and_endless_numbers_are_refused() {
        assert!(parse("30s1m").unwrap_err().contains("largest to the smallest"));
        assert!(parse("999999999999999999999d").unwrap_err().contains("too long"));
        assert!(parse("999999999999999999999999999999999999999999999d").unwrap_err().contains("too long"));
    }
}
