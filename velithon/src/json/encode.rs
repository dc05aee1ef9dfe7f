//! Writes a value as JSON into a buffer that the thread keeps.
//!
//! A small reply is copied once, into an allocation of its own size; a large one takes the buffer with it, and the
//! next starts with a new one. So the buffer grows to the size of the usual reply and never past [`KEPT`].
//!
//! `RawValue` and arbitrary-precision numbers of serde_json are private agreements with its serializer that sonic-rs
//! writes out as objects; a value that holds one is written by serde_json instead.

use std::cell::Cell;
use std::fmt;

use bytes::Bytes;
use serde::Serialize;

/// The largest buffer a thread keeps between two replies: 64 KiB.
const KEPT: usize = 64 * 1024;

/// What serde_json's private types look like when another serializer writes them.
const PRIVATE: &[u8] = b"{\"$serde_json::private::";

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A value that has no JSON: a map with a key that is no string, or a `Serialize` that failed.
pub struct EncodeError(Box<dyn std::error::Error + Send + Sync>);

impl fmt::Debug for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncodeError({})", self.0)
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the value cannot be written as JSON: {}", self.0)
    }
}

impl std::error::Error for EncodeError {}

/// The value as JSON, byte for byte as serde_json writes it.
///
/// Floats that are not finite become `null`.
///
/// # Errors
/// When the value's own `Serialize` fails, or a map has a key that is no string, number, `bool` or `char`.
pub fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Bytes, EncodeError> {
    // Taken, not borrowed: a `Serialize` that encodes something itself finds an empty buffer, and a panic loses this one.
    let mut buffer = BUFFER.take();
    buffer.clear();
    let written = write(&mut buffer, value);
    let bytes = match written {
        Ok(()) if buffer.len() > KEPT / 2 => return Ok(Bytes::from(buffer)),
        Ok(()) => Ok(Bytes::copy_from_slice(&buffer)),
        Err(error) => Err(error),
    };
    if buffer.capacity() <= KEPT {
        BUFFER.set(buffer);
    }
    bytes
}

fn write<T: Serialize + ?Sized>(buffer: &mut Vec<u8>, value: &T) -> Result<(), EncodeError> {
    let quick = sonic_rs::to_writer(&mut *buffer, value);
    if quick.is_ok() && memchr::memmem::find(buffer, PRIVATE).is_none() {
        return Ok(());
    }
    buffer.clear();
    serde_json::to_writer(buffer, value).map_err(|error| EncodeError(error.into()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serializer;

    use super::*;

    #[test]
    fn a_large_reply_is_whole_and_leaves_no_large_buffer() {
        let text = "x".repeat(1 << 20);
        assert_eq!(to_bytes(&text).unwrap().len(), text.len() + 2);
        let kept = BUFFER.take();
        assert!(kept.capacity() <= KEPT, "{}", kept.capacity());
    }

    #[test]
    fn a_small_reply_keeps_the_buffer() {
        to_bytes(&vec!["x"; 100]).unwrap();
        let kept = BUFFER.take();
        assert!(kept.capacity() >= 400, "{}", kept.capacity());
    }

    #[test]
    fn a_value_that_encodes_another_gets_both_right() {
        struct Nested;
        impl Serialize for Nested {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let inner = to_bytes(&[1, 2]).unwrap();
                to.serialize_str(std::str::from_utf8(&inner).unwrap())
            }
        }
        assert_eq!(to_bytes(&("a", Nested)).unwrap(), &br#"["a","[1,2]"]"#[..]);
    }

    #[test]
    fn a_key_that_is_no_string_is_an_error() {
        let map = BTreeMap::from([(vec![1], 1)]);
        assert!(to_bytes(&map).unwrap_err().to_string().contains("key must be a string"));
        assert_eq!(to_bytes(&7).unwrap(), &b"7"[..]);
    }

    #[test]
    fn a_raw_value_stays_as_it_is() {
        let raw = serde_json::value::RawValue::from_string("{\"a\" : 1e0}".into()).unwrap();
        assert_eq!(to_bytes(&[&raw]).unwrap(), &b"[{\"a\" : 1e0}]"[..]);
    }
}
