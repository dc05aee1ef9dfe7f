//! Sizes in bytes: `64KiB`, `10MiB`, `1MB`, or a plain number of bytes.
//!
//! A field is a [`Size`], or a `u64` under `#[serde(with = "velithon::config::size")]`.
//!
//! There are no fractions, and `K` alone is refused: it is read as 1000 by some and as 1024 by others.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{UnitError, digits};

const EXAMPLE: &str = "\"64KiB\", \"10MiB\", \"1MB\" or a number of bytes";

/// Units with their length in bytes, the largest first.
const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("KB", 1_000),
    ("B", 1),
];

/// A size in bytes, written `"64KiB"` or as a plain number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Size(u64);

impl Size {
    /// A size of `bytes`.
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl From<u64> for Size {
    fn from(bytes: u64) -> Self {
        Self(bytes)
    }
}

impl std::str::FromStr for Size {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        parse(text).map(Self)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format(self.0))
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer).map(Self)
    }
}

/// Reads `"64KiB"`, `"10MiB"`, `"1MB"` and plain bytes; `KB`, `MB`, `GB`, `TB` count in thousands, `KiB`, `MiB`,
/// `GiB`, `TiB` in steps of 1024.
///
/// # Errors
/// When there is no number, when the unit is unknown, and past 2^64 bytes.
pub fn parse(text: &str) -> Result<u64, UnitError> {
    let wrong = |reason: String| UnitError::new(text, "size", reason, EXAMPLE);
    let (number, name) = digits(text.trim());
    let name = name.trim_start();
    if number.is_empty() {
        return Err(wrong("it does not begin with a whole number".into()));
    }
    let unit = match name {
        "" => 1,
        name => UNITS.iter().find(|(known, _)| *known == name).ok_or_else(|| wrong(unknown(name)))?.1,
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    bytes.ok_or_else(|| wrong("it is more than 2^64 bytes".into()))
}

fn unknown(name: &str) -> String {
    match UNITS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((known, _)) => format!("`{name}` is no unit, `{known}` is one"),
        None => format!("`{name}` is no unit"),
    }
}

/// Writes a size the way [`parse`] reads it, in the largest unit that leaves no rest.
pub fn format(bytes: u64) -> String {
    match UNITS.iter().find(|(_, length)| bytes >= *length && bytes.is_multiple_of(*length)) {
        Some((name, length)) => format!("{}{name}", bytes / length),
        None => "0B".into(),
    }
}

/// The reading half of `#[serde(with = "velithon::config::size")]`.
///
/// # Errors
/// Those of [`parse`], and of `deserializer`.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    // Whoever knows the type of the value calls back; text of the environment comes as text either way.
    deserializer.deserialize_any(Bytes)
}

/// The writing half of `#[serde(with = "velithon::config::size")]`.
///
/// # Errors
/// Those of `serializer`.
pub fn serialize<S: Serializer>(bytes: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format(*bytes))
}

struct Bytes;

impl de::Visitor<'_> for Bytes {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size such as \"64KiB\", or a number of bytes")
    }

    fn visit_u64<E: de::Error>(self, bytes: u64) -> Result<u64, E> {
        Ok(bytes)
    }

    fn visit_i64<E: de::Error>(self, bytes: i64) -> Result<u64, E> {
        u64::try_from(bytes).map_err(|_| E::invalid_value(de::Unexpected::Signed(bytes), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
        parse(text).map_err(E::custom)
    }
}
