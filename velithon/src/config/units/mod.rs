//! Durations and sizes as people write them: `"30s"`, `"1m30s"`, `"64KiB"`.
//!
//! [`duration`] and [`size`] hold a `parse` each and the two functions that `#[serde(with = "..")]` looks for. The
//! literals in attributes are checked by the macros with the same rules.
//!
//! Nothing here knows which unit a setting means by a bare number: a duration has none, a size counts bytes.

pub mod duration;
pub mod size;

#[cfg(test)]
mod tests;

use std::fmt;

pub use size::Size;

/// What is wrong with a duration or a size, with an example of a right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitError(String);

impl UnitError {
    fn new(typed: &str, kind: &str, reason: impl fmt::Display, example: &str) -> Self {
        Self(format!("`{typed}` is no {kind}: {reason}; write {example}"))
    }
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnitError {}

/// The digits at the front of `text`, and what follows them.
fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// The letters at the front of `text`, and what follows them.
fn unit(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len()))
}
