//! Durations: numbers with units, largest unit first.
//!
//! A field says `#[serde(with = "velithon::config::duration")]`; it may be a [`Duration`] or an `Option` of one, the
//! latter with `#[serde(default)]` beside it.
//!
//! There are no fractions (`1.5s`) and no bare numbers: `timeout = 30` leaves open whether seconds are meant.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer, de};

use super::{UnitError, digits, unit};

const EXAMPLE: &str = "\"250ms\", \"30s\", \"5m\", \"1h\", \"1d\" or \"1m30s\"";

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

/// Reads `"250ms"`, `"30s"`, `"5m"`, `"1h"`, `"1d"`, and combinations from the largest unit to the smallest:
/// `"1m30s"`. The units are `d`, `h`, `m`, `s`, `ms`, `us` and `ns`.
///
/// # Errors
/// When a number has no unit or an unknown one, when units repeat or grow, and past 2^64 seconds.
pub fn parse(text: &str) -> Result<Duration, UnitError> {
    let wrong = |reason: String| UnitError::new(text, "duration", reason, EXAMPLE);
    let (mut rest, mut total, mut next) = (text.trim(), 0u128, 0);
    if rest.is_empty() {
        return Err(wrong("it is empty".into()));
    }
    while !rest.is_empty() {
        let (number, after) = digits(rest);
        let (name, after) = unit(after);
        if number.is_empty() {
            return Err(wrong(format!("a number has to stand before `{name}`")));
        }
        if name.is_empty() {
            return Err(wrong(format!("`{number}` has no unit")));
        }
        let place = UNITS.iter().position(|(known, _)| *known == name);
        let place = place.ok_or_else(|| wrong(format!("`{name}` is no unit")))?;
        if place < next {
            return Err(wrong("units go from the largest to the smallest, each once".into()));
        }
        let part = number.parse::<u128>().ok().and_then(|number| number.checked_mul(UNITS[place].1));
        total = part.and_then(|part| total.checked_add(part)).ok_or_else(|| wrong("it is too long".into()))?;
        (rest, next) = (after, place + 1);
    }
    let seconds = u64::try_from(total / 1_000_000_000).map_err(|_| wrong("it is too long".into()))?;
    // The remainder of a division by 10^9 fits 32 bits.
    Ok(Duration::new(seconds, (total % 1_000_000_000) as u32))
}

/// Writes a duration the way [`parse`] reads it: `1m30s`, `250ms`; nothing at all is `0s`.
pub fn format(duration: Duration) -> String {
    let mut rest = duration.as_nanos();
    let mut text = String::new();
    for (name, length) in UNITS {
        if rest >= length {
            text.push_str(&format!("{}{name}", rest / length));
            rest %= length;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

/// A field that holds a duration: [`Duration`] itself or `Option<Duration>`.
pub trait Field: Sized {
    /// Reads the field.
    ///
    /// # Errors
    /// Those of [`parse`], and of `deserializer`.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// The duration to write; `None` writes nothing.
    fn value(&self) -> Option<Duration>;
}

impl Field for Duration {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }

    fn value(&self) -> Option<Duration> {
        Some(*self)
    }
}

impl Field for Option<Duration> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrapped: Option<Wrapped> = Option::deserialize(deserializer)?;
        Ok(wrapped.map(|wrapped| wrapped.0))
    }

    fn value(&self) -> Option<Duration> {
        *self
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Wrapped(#[serde(deserialize_with = "deserialize")] Duration);

/// The reading half of `#[serde(with = "velithon::config::duration")]`.
///
/// # Errors
/// Those of [`parse`], and of `deserializer`.
pub fn deserialize<'de, D: Deserializer<'de>, T: Field>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

/// The writing half of `#[serde(with = "velithon::config::duration")]`.
///
/// # Errors
/// Those of `serializer`.
pub fn serialize<S: Serializer, T: Field>(field: &T, serializer: S) -> Result<S::Ok, S::Error> {
    match field.value() {
        Some(duration) => serializer.serialize_str(&format(duration)),
        None => serializer.serialize_none(),
    }
}

struct Text;

impl de::Visitor<'_> for Text {
    type Value = Duration;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a duration such as \"30s\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
        parse(text).map_err(E::custom)
    }
}
