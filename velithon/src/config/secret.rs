//! A value that never prints itself.
//!
//! A [`Secret`] announces itself to the reader of the configuration by the name of its newtype, so the report masks its
//! key and a literal in a file is refused under `prod`. [`Secret::expose`] is the only way to the value.
//!
//! It does not wipe what the value was read from: the environment and the text of the file belong to others.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroize;

/// What a secret shows instead of itself.
pub(crate) const MASK: &str = "***";

/// The newtype name by which the reader of the configuration knows a secret.
pub(crate) const MARK: &str = "$velithon::Secret";

thread_local! {
    /// How many secrets were read on this thread: one that serde buffered first, as in an untagged enum, reaches the
    /// reader without its path, and only the count tells.
    static READ: Cell<usize> = const { Cell::new(0) };
}

/// The number of secrets read on this thread so far.
pub(crate) fn read_so_far() -> usize {
    READ.get()
}

/// A value that shows `***` in `Debug`, `Display` and `Serialize`; `String` and `Vec<u8>` are overwritten on drop.
///
/// There is no equality: comparing secrets byte by byte tells their content through time.
///
/// ```
/// let key = velithon::config::Secret::new(String::from("hunter2"));
/// assert_eq!(format!("{key} {key:?}"), "*** ***");
/// assert_eq!(key.expose(), "hunter2");
/// ```
#[derive(Clone)]
pub struct Secret<T: 'static>(T);

impl<T> Secret<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself: every reader of it stands out in a review.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READ.set(READ.get() + 1);
        deserializer.deserialize_newtype_struct(MARK, Hidden(PhantomData))
    }
}

impl<T> Drop for Secret<T> {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut dyn Any) {
    if let Some(text) = value.downcast_mut::<String>() {
        text.zeroize();
    } else if let Some(bytes) = value.downcast_mut::<Vec<u8>>() {
        bytes.zeroize();
    }
}

/// A rule on the length of a secret judges what it hides; the message of the rule holds no value.
impl<T: garde::rules::length::HasSimpleLength> garde::rules::length::HasSimpleLength for Secret<T> {
    fn length(&self) -> usize {
        self.0.length()
    }
}

struct Hidden<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + 'static> de::Visitor<'de> for Hidden<T> {
    type Value = Secret<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Secret<T>, D::Error> {
        T::deserialize(deserializer).map(Secret)
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_never_prints_itself() {
        let secret = Secret::new("hunter2".to_owned());
        let json = serde_json::to_string(&secret).unwrap();
        assert_eq!(format!("{secret} {secret:?} {json}"), r#"*** *** "***""#);
    }

    #[test]
    fn a_secret_is_read_from_any_format() {
        let secret: Secret<String> = serde_json::from_str(r#""hunter2""#).unwrap();
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn text_and_bytes_are_wiped() {
        let (mut text, mut bytes) = ("hunter2".to_owned(), b"hunter2".to_vec());
        super::wipe(&mut text);
        super::wipe(&mut bytes);
        assert_eq!((text.as_str(), bytes.as_slice()), ("", &[][..]));
    }

    #[test]
    fn a_secret_may_hide_any_type() {
        let secret: Secret<u16> = serde_json::from_str("7").unwrap();
        assert_eq!(*secret.expose(), 7);
        assert_eq!(format!("{:?}", Some(secret)), "Some(***)");
    }
}
