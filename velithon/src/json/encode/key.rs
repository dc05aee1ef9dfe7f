//! What may be the key of a map, written as the string it becomes.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use serde::Serialize;

use super::buffer::Buffer;
use super::to_json::ToJson;

/// A type whose values can be keys of an object: numbers and `bool` stand in quotes.
///
/// `#[derive(ToJson)]` implements it for an enum without data. A map with keys of another type has no [`ToJson`] and is
/// written through `Serialize`.
pub trait JsonKey: Serialize {
    /// Writes the key with its quotes.
    fn write_key(&self, to: &mut Buffer);
}

macro_rules! quoted {
    ($($key:ty)*) => {$(
        impl JsonKey for $key {
            #[inline]
            fn write_key(&self, to: &mut Buffer) {
                to.fragment("\"");
                self.write_json(to);
                to.fragment("\"");
            }
        }
    )*};
}

quoted!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize bool);

macro_rules! strings {
    ($($key:ty)*) => {$(
        impl JsonKey for $key {
            #[inline]
            fn write_key(&self, to: &mut Buffer) {
                self.write_json(to);
            }
        }
    )*};
}

strings!(str String char);

macro_rules! pointers {
    ($($pointer:ty)*) => {$(
        impl<T: JsonKey + ?Sized> JsonKey for $pointer {
            #[inline]
            fn write_key(&self, to: &mut Buffer) {
                (**self).write_key(to);
            }
        }
    )*};
}

pointers!(&T Box<T> Rc<T> Arc<T>);

impl<T: JsonKey + ToOwned + ?Sized> JsonKey for Cow<'_, T> {
    #[inline]
    fn write_key(&self, to: &mut Buffer) {
        (**self).write_key(to);
    }
}
