//! `&mut Buffer` as a serde serializer: what has no [`ToJson`](super::ToJson) writes through it, into the same text.
//!
//! It writes what serde_json writes. serde_json's own types reach it by private agreements, a struct of a certain name
//! with one field of the same name: `RawValue` and numbers of arbitrary precision hold text that is JSON already.

use std::fmt::{self, Display, Write as _};

use serde::ser::{self, Serialize, Serializer};

use super::EncodeError;
use super::buffer::{Buffer, SAMPLE};
use super::key_serializer::Key;

type Result<T = ()> = std::result::Result<T, EncodeError>;

/// What serde_json calls the structs whose content is JSON text.
const PRIVATE: &str = "$serde_json::private::";

impl<'a> Serializer for &'a mut Buffer {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Object<'a>;

    #[inline]
    fn serialize_bool(self, value: bool) -> Result {
        if value {
            self.fragment("true");
        } else {
            self.fragment("false");
        }
        Ok(())
    }

    #[inline]
    fn serialize_i8(self, value: i8) -> Result {
        self.serialize_i64(value.into())
    }

    #[inline]
    fn serialize_i16(self, value: i16) -> Result {
        self.serialize_i64(value.into())
    }

    #[inline]
    fn serialize_i32(self, value: i32) -> Result {
        self.serialize_i64(value.into())
    }

    #[inline]
    fn serialize_i64(self, value: i64) -> Result {
        self.integer(value);
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Result {
        self.integer(value);
        Ok(())
    }

    #[inline]
    fn serialize_u8(self, value: u8) -> Result {
        self.serialize_u64(value.into())
    }

    #[inline]
    fn serialize_u16(self, value: u16) -> Result {
        self.serialize_u64(value.into())
    }

    #[inline]
    fn serialize_u32(self, value: u32) -> Result {
        self.serialize_u64(value.into())
    }

    #[inline]
    fn serialize_u64(self, value: u64) -> Result {
        self.integer(value);
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result {
        self.integer(value);
        Ok(())
    }

    #[inline]
    fn serialize_f32(self, value: f32) -> Result {
        self.float(value);
        Ok(())
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result {
        self.float(value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result {
        self.string(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        super::to_json::ToJson::write_json(value, self);
        Ok(())
    }

    #[inline]
    fn serialize_none(self) -> Result {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    #[inline]
    fn serialize_unit(self) -> Result {
        self.fragment("null");
        Ok(())
    }

    #[inline]
    fn serialize_unit_struct(self, _: &'static str) -> Result {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.serialize_str(variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        self.variant(variant);
        value.serialize(&mut *self)?;
        self.fragment("}");
        Ok(())
    }

    #[inline]
    fn serialize_seq(self, len: Option<usize>) -> Result<List<'a>> {
        self.fragment("[");
        Ok(List::new(self, "]", len.unwrap_or_default()))
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<List<'a>> {
        self.serialize_seq(None)
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a>> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<List<'a>> {
        self.variant(variant);
        self.fragment("[");
        Ok(List::new(self, "]}", 0))
    }

    #[inline]
    fn serialize_map(self, _: Option<usize>) -> Result<Object<'a>> {
        self.fragment("{");
        Ok(Object { to: self, close: "}", first: true })
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Object<'a>> {
        if name.starts_with(PRIVATE) {
            return Ok(Object { to: self, close: "", first: true });
        }
        self.serialize_map(None)
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Object<'a>> {
        self.variant(variant);
        self.fragment("{");
        Ok(Object { to: self, close: "}}", first: true })
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result {
        self.fragment("\"");
        write!(Escaped(self), "{value}").map_err(ser::Error::custom)?;
        self.fragment("\"");
        Ok(())
    }
}

impl Buffer {
    #[inline]
    fn variant(&mut self, name: &'static str) {
        self.fragment("{");
        self.string(name);
        self.fragment(":");
    }
}

/// Pieces of one string.
struct Escaped<'a>(&'a mut Buffer);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.escaped(text);
        Ok(())
    }
}

/// An array that is being written.
#[derive(Debug)]
pub struct List<'a> {
    to: &'a mut Buffer,
    close: &'static str,
    written: usize,
    len: usize,
    begun: usize,
}

impl<'a> List<'a> {
    fn new(to: &'a mut Buffer, close: &'static str, len: usize) -> Self {
        let begun = to.len();
        Self { to, close, written: 0, len, begun }
    }

    #[inline]
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        if self.written > 0 {
            self.to.fragment(",");
        }
        if self.written == SAMPLE {
            self.to.expect(self.begun, self.len.saturating_sub(SAMPLE));
        }
        self.written += 1;
        value.serialize(&mut *self.to)
    }

    #[inline]
    fn close(self) -> Result {
        self.to.fragment(self.close);
        Ok(())
    }
}

/// An object that is being written.
///
/// One without a closing bracket is the content of a private agreement.
#[derive(Debug)]
pub struct Object<'a> {
    pub(super) to: &'a mut Buffer,
    pub(super) close: &'static str,
    pub(super) first: bool,
}

impl Object<'_> {
    #[inline]
    fn comma(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.to.fragment(",");
        }
    }

    #[inline]
    fn field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result {
        if self.close.is_empty() && key.starts_with(PRIVATE) {
            return value.serialize(super::key_serializer::Verbatim(self.to));
        }
        self.comma();
        self.to.string(key);
        self.to.fragment(":");
        value.serialize(&mut *self.to)
    }

    #[inline]
    fn close(self) -> Result {
        self.to.fragment(self.close);
        Ok(())
    }
}

macro_rules! compounds {
    ($($compound:ident: $($form:ident.$element:ident),*;)*) => {$($(
        impl ser::$form for $compound<'_> {
            type Ok = ();
            type Error = EncodeError;

            #[inline]
            fn $element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
                self.element(value)
            }

            #[inline]
            fn end(self) -> Result {
                self.close()
            }
        }
    )*)*};
}

compounds! {
    List: SerializeSeq.serialize_element, SerializeTuple.serialize_element, SerializeTupleStruct.serialize_field,
        SerializeTupleVariant.serialize_field;
}

impl ser::SerializeMap for Object<'_> {
    type Ok = ();
    type Error = EncodeError;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        self.comma();
        key.serialize(Key(self.to))
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.to.fragment(":");
        value.serialize(&mut *self.to)
    }

    #[inline]
    fn end(self) -> Result {
        self.close()
    }
}

macro_rules! objects {
    ($($form:ident)*) => {$(
        impl ser::$form for Object<'_> {
            type Ok = ();
            type Error = EncodeError;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result {
                self.field(key, value)
            }

            #[inline]
            fn end(self) -> Result {
                self.close()
            }
        }
    )*};
}

objects!(SerializeStruct SerializeStructVariant);
