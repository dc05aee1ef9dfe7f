//! What a derived writer calls for its fields: the writer of the field's type if it has one, `Serialize` otherwise.
//!
//! Method resolution decides, at compile time, whatever names and aliases the types have: it begins at a reference to a
//! reference to a [`Member`], and takes off one after the other.

use serde::Serialize;

use super::EncodeError;
use super::buffer::Buffer;
use super::key_serializer::{Members, Place};
use super::to_json::ToJson;

/// A field.
pub struct Member<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> Clone for Member<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Member<'_, T> {}

/// Found first.
pub trait Written {
    /// Writes the field.
    fn velithon_write(self, to: &mut Buffer);
}

impl<T: ToJson + ?Sized> Written for &&Member<'_, T> {
    #[inline]
    fn velithon_write(self, to: &mut Buffer) {
        self.0.write_json(to);
    }
}

/// Found second.
pub trait Serialized {
    /// Writes the field.
    fn velithon_write(self, to: &mut Buffer);
}

impl<T: Serialize + ?Sized> Serialized for &Member<'_, T> {
    #[inline]
    fn velithon_write(self, to: &mut Buffer) {
        super::serialized(self.0, to);
    }
}

/// Found last; serde's derive reports the type.
pub trait Unwritten {
    /// Never called.
    fn velithon_write(self, to: &mut Buffer);
}

impl<T: ?Sized> Unwritten for Member<'_, T> {
    fn velithon_write(self, to: &mut Buffer) {
        to.fail(serde::ser::Error::custom("a field has no `Serialize`"));
    }
}

/// Writes the members of a value into the object that is open.
pub fn flatten<T: Serialize + ?Sized>(value: &T, to: &mut Buffer) {
    let written = value.serialize(Members::new(to, Place::Flatten));
    to.note(written);
}

/// Writes the members of the content of an internally tagged variant into the object that is open.
pub fn tagged<T: Serialize + ?Sized>(value: &T, to: &mut Buffer) {
    let written = value.serialize(Members::new(to, Place::Tagged));
    to.note(written);
}

/// Members that somebody's own function writes, into the object that is open.
pub fn members(to: &mut Buffer, tagged: bool) -> Members<'_> {
    Members::new(to, if tagged { Place::Tagged } else { Place::Flatten })
}

/// Why a variant that serde skips cannot be written.
pub fn skipped(name: &'static str, variant: &'static str) -> EncodeError {
    serde::ser::Error::custom(format_args!("the enum variant {name}::{variant} cannot be serialized"))
}
