//! The serializers of special places: keys of maps, text that is JSON already, and members that join an object.
//!
//! Each takes few kinds of value and refuses the others in one place, the macro [`refuse`].

use std::fmt::{Display, Write as _};

use serde::ser::{self, Error as _, Impossible, Serialize, SerializeMap as _, Serializer};

use super::EncodeError;
use super::buffer::Buffer;
use super::serializer::Object;

type Result<T = ()> = std::result::Result<T, EncodeError>;

/// Methods of a [`Serializer`] that refuse their kind of value.
macro_rules! refuse {
    ($error:expr; $($kind:ident)*) => { $(refuse!(@ $error; $kind);)* };
    (@ $error:expr; unit) => { fn serialize_unit(self) -> Result { Err(self.refused($error)) } };
    (@ $error:expr; unit_struct) => {
        fn serialize_unit_struct(self, _: &'static str) -> Result { Err(self.refused($error)) }
    };
    (@ $error:expr; unit_variant) => {
        fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result { Err(self.refused($error)) }
    };
    (@ $error:expr; none) => { fn serialize_none(self) -> Result { Err(self.refused($error)) } };
    (@ $error:expr; some) => {
        fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result { Err(self.refused($error)) }
    };
    (@ $error:expr; newtype_struct) => {
        fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, _: &T) -> Result {
            Err(self.refused($error))
        }
    };
    (@ $error:expr; newtype_variant) => {
        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self, _: &'static str, _: u32, _: &'static str, _: &T,
        ) -> Result {
            Err(self.refused($error))
        }
    };
    (@ $error:expr; lists) => {
        fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq> { Err(self.refused($error)) }
        fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple> { Err(self.refused($error)) }
        fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct> {
            Err(self.refused($error))
        }
    };
    (@ $error:expr; tuple_variant) => {
        fn serialize_tuple_variant(
            self, _: &'static str, _: u32, _: &'static str, _: usize,
        ) -> Result<Self::SerializeTupleVariant> {
            Err(self.refused($error))
        }
    };
    (@ $error:expr; map) => {
        fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap> { Err(self.refused($error)) }
    };
    (@ $error:expr; struct) => {
        fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct> { Err(self.refused($error)) }
    };
    (@ $error:expr; struct_variant) => {
        fn serialize_struct_variant(
            self, _: &'static str, _: u32, _: &'static str, _: usize,
        ) -> Result<Self::SerializeStructVariant> {
            Err(self.refused($error))
        }
    };
    (@ $error:expr; bytes) => { fn serialize_bytes(self, _: &[u8]) -> Result { Err(self.refused($error)) } };
    (@ $error:expr; str) => { fn serialize_str(self, _: &str) -> Result { Err(self.refused($error)) } };
    (@ $error:expr; scalars) => {
        refuse!(@ scalar $error; serialize_bool bool; serialize_i8 i8; serialize_i16 i16; serialize_i32 i32;
            serialize_i64 i64; serialize_i128 i128; serialize_u8 u8; serialize_u16 u16; serialize_u32 u32;
            serialize_u64 u64; serialize_u128 u128; serialize_f32 f32; serialize_f64 f64; serialize_char char;);
    };
    (@ scalar $error:expr; $($method:ident $kind:ty;)*) => {
        $(fn $method(self, _: $kind) -> Result { Err(self.refused($error)) })*
    };
}

/// The types of a [`Serializer`] whose values have no parts.
macro_rules! scalar {
    () => {
        type SerializeSeq = Impossible<(), EncodeError>;
        type SerializeTuple = Impossible<(), EncodeError>;
        type SerializeTupleStruct = Impossible<(), EncodeError>;
        type SerializeTupleVariant = Impossible<(), EncodeError>;
        type SerializeMap = Impossible<(), EncodeError>;
        type SerializeStruct = Impossible<(), EncodeError>;
        type SerializeStructVariant = Impossible<(), EncodeError>;
    };
}

/// A key: a string, or a scalar in quotes.
pub(super) struct Key<'a>(pub(super) &'a mut Buffer);

impl Key<'_> {
    #[allow(clippy::unused_self)]
    fn refused(&self, why: &str) -> EncodeError {
        EncodeError::custom(why)
    }
}

macro_rules! quoted {
    ($($method:ident $kind:ty;)*) => {$(
        fn $method(self, value: $kind) -> Result {
            self.0.fragment("\"");
            self.0.$method(value)?;
            self.0.fragment("\"");
            Ok(())
        }
    )*};
}

const NO_KEY: &str = "key must be a string";
const INFINITE: &str = "float key must be finite (got NaN or +/-inf)";

impl Serializer for Key<'_> {
    type Ok = ();
    type Error = EncodeError;
    scalar!();

    quoted! {
        serialize_bool bool;
        serialize_i8 i8;
        serialize_i16 i16;
        serialize_i32 i32;
        serialize_i64 i64;
        serialize_i128 i128;
        serialize_u8 u8;
        serialize_u16 u16;
        serialize_u32 u32;
        serialize_u64 u64;
        serialize_u128 u128;
    }

    fn serialize_f32(self, value: f32) -> Result {
        self.float(value.is_finite(), value)
    }

    fn serialize_f64(self, value: f64) -> Result {
        self.float(value.is_finite(), value)
    }

    fn serialize_char(self, value: char) -> Result {
        self.0.serialize_char(value)
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result {
        self.0.serialize_str(value)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.0.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result {
        self.0.collect_str(value)
    }

    refuse!(NO_KEY; bytes unit unit_struct none newtype_variant lists tuple_variant map struct struct_variant);
}

impl Key<'_> {
    fn float(self, finite: bool, value: impl Serialize) -> Result {
        if !finite {
            return Err(self.refused(INFINITE));
        }
        self.0.fragment("\"");
        value.serialize(&mut *self.0)?;
        self.0.fragment("\"");
        Ok(())
    }
}

/// Text that is JSON already.
pub(super) struct Verbatim<'a>(pub(super) &'a mut Buffer);

impl Verbatim<'_> {
    #[allow(clippy::unused_self)]
    fn refused(&self, why: &str) -> EncodeError {
        EncodeError::custom(why)
    }
}

const NO_TEXT: &str = "a value that is JSON text gave no text";

impl Serializer for Verbatim<'_> {
    type Ok = ();
    type Error = EncodeError;
    scalar!();

    fn serialize_str(self, value: &str) -> Result {
        self.0.verbatim(value.as_bytes());
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result {
        struct Plain<'a>(&'a mut Buffer);
        impl std::fmt::Write for Plain<'_> {
            fn write_str(&mut self, text: &str) -> std::fmt::Result {
                self.0.verbatim(text.as_bytes());
                Ok(())
            }
        }
        write!(Plain(self.0), "{value}").map_err(EncodeError::custom)
    }

    refuse!(NO_TEXT; scalars bytes unit unit_struct unit_variant none some newtype_struct newtype_variant lists
        tuple_variant map struct struct_variant);
}

/// A value whose members join the object that is open: `flatten`, and the content of an internally tagged variant.
///
/// What it takes is what serde's derive takes at that place.
pub struct Members<'a> {
    to: &'a mut Buffer,
    place: Place,
}

/// Where members join, for what is refused there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A field with `flatten`; nothing is no members.
    Flatten,
    /// The content of an internally tagged variant.
    Tagged,
}

impl<'a> Members<'a> {
    pub(super) fn new(to: &'a mut Buffer, place: Place) -> Self {
        Self { to, place }
    }

    #[allow(clippy::needless_pass_by_value)]
    fn refused(&self, kind: &str) -> EncodeError {
        match self.place {
            Place::Flatten => EncodeError::custom(format_args!("can only flatten structs and maps (got {kind})")),
            Place::Tagged => {
                EncodeError::custom(format_args!("cannot serialize tagged newtype variant containing {kind}"))
            }
        }
    }

    fn open(self, close: &'static str) -> Object<'a> {
        let first = matches!(self.to.last(), Some(b'{'));
        Object { to: self.to, close, first }
    }

    fn named(&mut self, variant: &'static str) {
        self.to.comma();
        self.to.string(variant);
        self.to.fragment(":");
    }
}

impl<'a> Serializer for Members<'a> {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = Impossible<(), EncodeError>;
    type SerializeTuple = Impossible<(), EncodeError>;
    type SerializeTupleStruct = Impossible<(), EncodeError>;
    type SerializeTupleVariant = super::serializer::List<'a>;
    type SerializeMap = Joined<'a>;
    type SerializeStruct = Joined<'a>;
    type SerializeStructVariant = Object<'a>;

    fn serialize_unit(self) -> Result {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        Ok(())
    }

    fn serialize_none(self) -> Result {
        match self.place {
            Place::Flatten => Ok(()),
            Place::Tagged => Err(self.refused("an optional")),
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        match self.place {
            Place::Flatten => value.serialize(self),
            Place::Tagged => Err(self.refused("an optional")),
        }
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit_variant(mut self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.named(variant);
        self.to.fragment("null");
        Ok(())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        self.named(variant);
        value.serialize(self.to)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Joined<'a>> {
        Ok(Joined(self.open("")))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Joined<'a>> {
        Ok(Joined(self.open("")))
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object<'a>> {
        self.named(variant);
        self.to.serialize_map(None)
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        self.named(variant);
        self.to.serialize_seq(None)
    }

    refuse!("a scalar"; scalars);
    refuse!("a string"; str);
    refuse!("bytes"; bytes);
    refuse!("a sequence"; lists);
}

/// Members that join an object, which somebody else closes.
pub struct Joined<'a>(Object<'a>);

impl ser::SerializeMap for Joined<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        self.0.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.0.serialize_value(value)
    }

    fn end(self) -> Result {
        Ok(())
    }
}

impl ser::SerializeStruct for Joined<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result {
        self.0.serialize_entry(key, value)
    }

    fn end(self) -> Result {
        Ok(())
    }
}
