//! Writes a value as JSON into a buffer that the thread keeps.
//!
//! A type with [`ToJson`] writes itself, by code made at compile time; every other goes through `Serialize`, with
//! [`Buffer`] as the serializer. Both end in the same few writes, so both give serde_json's bytes.
//!
//! A small reply is copied once, into an allocation of its own size; a large one takes the buffer with it, and the
//! next starts with a new one. So the buffer grows to the size of the usual reply and never past [`KEPT`].

mod buffer;
mod collections;
mod foreign;
mod key;
mod key_serializer;
mod member;
mod number;
mod serializer;
mod text;
mod to_json;

#[cfg(test)]
mod differential;

use std::cell::Cell;
use std::fmt;

use bytes::Bytes;
use serde::Serialize;

pub use buffer::Buffer;
pub use key::JsonKey;
pub use to_json::ToJson;

/// What derived writers name; no part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use super::member::{Member, Serialized, Unwritten, Written, flatten, members, skipped, tagged};
}

/// The largest buffer a thread keeps between two replies: 64 KiB.
const KEPT: usize = 64 * 1024;

thread_local! {
    static MEMORY: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
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

impl serde::ser::Error for EncodeError {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self(why.to_string().into())
    }
}

/// The value as JSON, by its own writer: byte for byte what [`to_bytes`] gives, in a fraction of the time.
///
/// Floats that are not finite become `null`.
///
/// # Errors
/// When a part that goes through `Serialize` fails.
pub fn encode<T: ToJson + ?Sized>(value: &T) -> Result<Bytes, EncodeError> {
    written(&mut |to| value.write_json(to))
}

/// The value as JSON, byte for byte as serde_json writes it.
///
/// Floats that are not finite become `null`.
///
/// # Errors
/// When the value's own `Serialize` fails, or a map has a key that is no string, number, `bool` or `char`.
pub fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Bytes, EncodeError> {
    written(&mut |to| serialized(value, to))
}

/// Writes a value through `Serialize`; what fails stays in the buffer.
pub(crate) fn serialized<T: Serialize + ?Sized>(value: &T, to: &mut Buffer) {
    let written = value.serialize(&mut *to);
    to.note(written);
}

/// Text in memory of its own, of which so much is reserved.
pub(crate) fn written_whole(room: usize, write: impl FnOnce(&mut Buffer)) -> Result<Bytes, EncodeError> {
    let mut buffer = Buffer::over(Vec::with_capacity(room));
    write(&mut buffer);
    buffer.finish().map(Bytes::from)
}

/// Lends the thread's buffer and takes the text out of it.
///
/// The writer is borrowed, so that this is compiled once for all types.
pub(crate) fn written(write: &mut dyn FnMut(&mut Buffer)) -> Result<Bytes, EncodeError> {
    // Taken, not borrowed: a `Serialize` that encodes something itself finds an empty buffer, and a panic loses this one.
    let mut buffer = Buffer::over(MEMORY.take());
    write(&mut buffer);
    let text = buffer.finish()?;
    if text.len() > KEPT / 2 {
        return Ok(Bytes::from(text));
    }
    let bytes = Bytes::copy_from_slice(&text);
    if text.capacity() <= KEPT {
        MEMORY.set(text);
    }
    Ok(bytes)
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
        let kept = MEMORY.take();
        assert!(kept.capacity() <= KEPT, "{}", kept.capacity());
    }

    #[test]
    fn a_small_reply_keeps_the_buffer() {
        to_bytes(&vec!["x"; 100]).unwrap();
        let kept = MEMORY.take();
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
