//! How many rows a client may ask for at once.

use std::fmt;
use std::str::FromStr;

/// The length of a list: 100 rows unless the client says otherwise, and at most 1000.
///
/// More is refused rather than cut: a shorter list than was asked for would pass for the end of all there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit(pub(crate) u32);

const MOST: u32 = 1000;

impl Default for Limit {
    fn default() -> Self {
        Self(100)
    }
}

impl FromStr for Limit {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        text.parse().ok().filter(|limit| *limit <= MOST).map(Self).ok_or(Refused)
    }
}

/// Why a limit is none, as the client reads it.
#[derive(Debug)]
pub(crate) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list has from 0 to {MOST} rows")
    }
}
