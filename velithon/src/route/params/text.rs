//! Turns the text of a parameter into a type, and tells a client what the text must be.
//!
//! Every type with [`FromStr`] can be read. The standard library words its errors for programmers ("invalid digit found in
//! string"), so its types are named here in a client's words; other types speak for themselves.

use std::any::TypeId;
use std::fmt::Display;
use std::str::FromStr;

/// The most characters of a type's own error that a client sees.
const LONGEST_DETAIL: usize = 200;

/// A type that a parameter can have: any that implements [`FromStr`] with an error that can be displayed.
///
/// That error reaches the client, at most 200 characters of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from the text of a parameter",
    label = "this type does not implement `FromStr`",
    note = "implement `std::str::FromStr` for `{Self}`, with an error that implements `Display`"
)]
pub trait FromText: Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// What the text must be, worded to follow the parameter's name: `must be true or false`.
    fn from_text(text: &str) -> Result<Self, String>;
}

#[diagnostic::do_not_recommend]
impl<T: FromStr<Err: Display> + 'static> FromText for T {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: T::Err| match demand::<T>() {
            Some(demand) => demand,
            None => format!("is not valid: {}", shortened(&error.to_string())),
        })
    }
}

fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let mut short: String = chars.by_ref().take(LONGEST_DETAIL).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}

/// What a text must be to be a `T` of the standard library.
fn demand<T: 'static>() -> Option<String> {
    macro_rules! whole {
        ($($type:ty)*) => {
            $(if TypeId::of::<T>() == TypeId::of::<$type>() {
                return Some(format!("must be a whole number from {} to {}", <$type>::MIN, <$type>::MAX));
            })*
        };
    }
    macro_rules! worded {
        ($($type:ty => $demand:literal)*) => {
            $(if TypeId::of::<T>() == TypeId::of::<$type>() {
                return Some($demand.to_owned());
            })*
        };
    }
    whole!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
    worded! {
        bool => "must be true or false"
        f32 => "must be a number"
        f64 => "must be a number"
        char => "must be one character"
        std::net::IpAddr => "must be an IP address"
        std::net::Ipv4Addr => "must be an IPv4 address"
        std::net::Ipv6Addr => "must be an IPv6 address"
        std::net::SocketAddr => "must be an IP address and a port"
    }
    None
}
