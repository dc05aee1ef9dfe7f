//! [`ToJson`] for scalars, pointers and everything that writes like the value inside it.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16, NonZeroU32,
    NonZeroU64, NonZeroU128, NonZeroUsize, Saturating, Wrapping,
};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::buffer::Buffer;

/// A type that writes itself as JSON by code made at compile time, byte for byte what serde_json makes of its
/// `Serialize`.
///
/// Derive it beside `Serialize`; it reads the same `#[serde(..)]` attributes. [`Json`](crate::Json) uses it where a
/// type has it, and `Serialize` where it has not.
///
/// Writing by hand is possible and rarely worth it: whoever does promises the same bytes as `Serialize`.
///
/// ```
/// use serde::Serialize;
/// use velithon::json::{ToJson, encode};
///
/// #[derive(Serialize, ToJson)]
/// #[serde(rename_all = "camelCase")]
/// struct Account { id: u64, full_name: String }
///
/// let ada = Account { id: 7, full_name: "Ada".into() };
/// assert_eq!(encode(&ada)?, r#"{"id":7,"fullName":"Ada"}"#);
/// # Ok::<(), velithon::json::EncodeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no JSON writer",
    label = "has no `ToJson`",
    note = "add `#[derive(ToJson)]` to it, beside `#[derive(Serialize)]`"
)]
pub trait ToJson: Serialize {
    /// Writes the value; a failure stays in the buffer.
    fn write_json(&self, to: &mut Buffer);
}

macro_rules! numbers {
    ($($($number:ty)* => $write:ident;)*) => {$($(
        impl ToJson for $number {
            #[inline]
            fn write_json(&self, to: &mut Buffer) {
                to.$write(*self);
            }
        }
    )*)*};
}

numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize => integer; f32 f64 => float;);

macro_rules! inside {
    ($($outer:ty => $value:ident $inner:expr;)*) => {$(
        impl ToJson for $outer {
            #[inline]
            fn write_json(&self, to: &mut Buffer) {
                let $value = self;
                $inner.write_json(to);
            }
        }
    )*};
}

inside! {
    NonZeroU8 => n n.get();
    NonZeroU16 => n n.get();
    NonZeroU32 => n n.get();
    NonZeroU64 => n n.get();
    NonZeroU128 => n n.get();
    NonZeroUsize => n n.get();
    NonZeroI8 => n n.get();
    NonZeroI16 => n n.get();
    NonZeroI32 => n n.get();
    NonZeroI64 => n n.get();
    NonZeroI128 => n n.get();
    NonZeroIsize => n n.get();
    String => text text.as_str();
}

impl ToJson for bool {
    #[inline]
    fn write_json(&self, to: &mut Buffer) {
        if *self { to.fragment("true") } else { to.fragment("false") }
    }
}

impl ToJson for char {
    fn write_json(&self, to: &mut Buffer) {
        to.string(self.encode_utf8(&mut [0; 4]));
    }
}

impl ToJson for str {
    #[inline]
    fn write_json(&self, to: &mut Buffer) {
        to.string(self);
    }
}

impl ToJson for () {
    #[inline]
    fn write_json(&self, to: &mut Buffer) {
        to.fragment("null");
    }
}

impl<T: ?Sized> ToJson for PhantomData<T> {
    #[inline]
    fn write_json(&self, to: &mut Buffer) {
        to.fragment("null");
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => {$(
        impl<T: ToJson + ?Sized> ToJson for $pointer {
            #[inline]
            fn write_json(&self, to: &mut Buffer) {
                (**self).write_json(to);
            }
        }
    )*};
}

pointers!(&T &mut T Box<T> Rc<T> Arc<T>);

impl<T: ToJson + ToOwned + ?Sized> ToJson for Cow<'_, T> {
    #[inline]
    fn write_json(&self, to: &mut Buffer) {
        (**self).write_json(to);
    }
}

impl<T: ToJson> ToJson for Wrapping<T> {
    #[inline]
    fn write_json(&self, to: &mut Buffer) {
        self.0.write_json(to);
    }
}

impl<T: ToJson> ToJson for Saturating<T> {
    #[inline]
    fn write_json(&self, to: &mut Buffer) {
        self.0.write_json(to);
    }
}

impl<T: ToJson> ToJson for Option<T> {
    #[inline]
    fn write_json(&self, to: &mut Buffer) {
        match self {
            Some(value) => value.write_json(to),
            None => to.fragment("null"),
        }
    }
}

impl<T: ToJson, E: ToJson> ToJson for Result<T, E> {
    fn write_json(&self, to: &mut Buffer) {
        match self {
            Ok(value) => {
                to.fragment("{\"Ok\":");
                value.write_json(to);
            }
            Err(error) => {
                to.fragment("{\"Err\":");
                error.write_json(to);
            }
        }
        to.fragment("}");
    }
}

impl ToJson for Duration {
    fn write_json(&self, to: &mut Buffer) {
        to.fragment("{\"secs\":");
        to.integer(self.as_secs());
        to.fragment(",\"nanos\":");
        to.integer(self.subsec_nanos());
        to.fragment("}");
    }
}
