//! Reads a JSON text into a type: fast in a release build ([`quick`](super::quick)), and in a debug build by serde_json
//! alone, since sonic-rs writes its whole parser into every type that is read, which is most of what the compiler would
//! do for a handler.

use serde::Deserialize;

use super::explain::Refusal;

/// Reads one JSON document.
///
/// What is accepted and what comes out is what serde_json gives, with two limits of our own: a document is nested at
/// most [`MAX_DEPTH`](super::MAX_DEPTH) levels and is UTF-8 throughout, its unread members included.
///
/// # Errors
/// [`Refusal::Syntax`] when the text is no JSON, [`Refusal::Depth`] when it is nested too deep, [`Refusal::Shape`]
/// when it is JSON but not a `T`.
pub fn from_slice<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Refusal> {
    read(json)
}

#[cfg(any(not(debug_assertions), test))]
use super::quick::read;

#[cfg(all(debug_assertions, not(test)))]
fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Refusal> {
    use super::{explain, scan};
    match scan::scan(json) {
        scan::Scan::TooDeep(offset) => Err(explain::too_deep(json, offset)),
        scan::Scan::Quirky | scan::Scan::Plain => explain::read_again(json),
    }
}
