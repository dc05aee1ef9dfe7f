//! Reads a JSON text into a type: sonic-rs on the good path, serde_json for the reason on the bad one.

use serde::Deserialize;

use super::depth;
use super::explain::{self, Refusal};

/// Reads one JSON document.
///
/// What is accepted and what comes out is what serde_json gives, with two limits of our own: a document is nested at
/// most [`MAX_DEPTH`](super::MAX_DEPTH) levels and is UTF-8 throughout, its unread members included.
///
/// # Errors
/// [`Refusal::Syntax`] when the text is no JSON, [`Refusal::Depth`] when it is nested too deep, [`Refusal::Shape`]
/// when it is JSON but not a `T`.
pub fn from_slice<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Refusal> {
    if let Some(offset) = depth::too_deep(json) {
        return Err(explain::too_deep(json, offset));
    }
    read(json)
}

/// In a debug build serde_json alone: sonic-rs writes its whole parser into every type that is read, which is most of what
/// the compiler would do for a handler.
#[cfg(all(debug_assertions, not(test)))]
fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Refusal> {
    explain::read_again(json)
}

#[cfg(any(not(debug_assertions), test))]
fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Refusal> {
    if super::quirks::has_any(json) {
        return explain::read_again(json);
    }
    match sonic_rs::from_slice(json) {
        Ok(value) => Ok(value),
        // A second reading costs only the clients that sent something wrong, and the few types sonic-rs does not know.
        Err(_) => explain::read_again(json),
    }
}
