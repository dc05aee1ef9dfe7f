//! Keys of a table, items of a list, and the variant of an enum, as serde walks them.

use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::error::{Error, Found, Kind};
use super::number;
use super::reader::Reader;
use super::state::child;
use crate::config::layers::matches_variable;
use crate::config::tree::{Node, Source, Table, Value};

/// The keys of a table, the blanks of missing ones included.
pub(super) struct Entries<'r, 'a> {
    reader: &'r Reader<'a>,
    fields: Option<&'static [&'static str]>,
    rest: std::vec::IntoIter<(String, Option<&'a Node>)>,
    current: Option<(String, Option<&'a Node>)>,
}

impl<'r, 'a> Entries<'r, 'a> {
    pub(super) fn new(
        reader: &'r Reader<'a>,
        table: Option<&'a Table>,
        fields: Option<&'static [&'static str]>,
    ) -> Self {
        let mut entries: Vec<(String, Option<&'a Node>)> = Vec::new();
        for (key, node) in table.into_iter().flatten() {
            let key = field_of(key, node, fields.unwrap_or_default());
            // Under another spelling a variable stands beside the key of the file: it wins.
            entries.retain(|(other, _)| *other != key);
            entries.push((key, Some(node)));
        }
        entries.retain(|(key, _)| !reader.state.is_left_out(&child(&reader.path, key)));
        entries.extend(reader.state.missing_below(&reader.path).into_iter().map(|name| (name.to_owned(), None)));
        Self { reader, fields, rest: entries.into_iter(), current: None }
    }
}

/// The field that a key means: a variable writes neither capitals nor hyphens.
fn field_of(key: &str, node: &Node, fields: &[&str]) -> String {
    let from_variable = matches!(node.key, Source::Environment(_)) && !fields.contains(&key);
    let like = fields.iter().find(|field| from_variable && matches_variable(field, key));
    like.map_or(key, |field| field).to_owned()
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.current = self.rest.next();
        match &self.current {
            Some((name, _)) => seed.deserialize(KeyReader(name)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (name, node) =
            self.current.take().ok_or_else(|| de::Error::custom("a value was asked for before its key"))?;
        self.reader.child(&name, node, self.fields).within(|reader| seed.deserialize(reader))
    }
}

/// The items of a list.
pub(super) struct Items<'r, 'a> {
    reader: &'r Reader<'a>,
    items: &'a [Node],
    next: usize,
    length: usize,
}

impl<'r, 'a> Items<'r, 'a> {
    pub(super) fn new(reader: &'r Reader<'a>, items: &'a [Node]) -> Self {
        Self { reader, items, next: 0, length: items.len() }
    }

    /// A list of `length` blanks.
    pub(super) fn blank(reader: &'r Reader<'a>, length: usize) -> Self {
        Self { reader, items: &[], next: 0, length }
    }
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.next == self.length {
            return Ok(None);
        }
        let item = self.reader.item(self.next, self.items.get(self.next));
        self.next += 1;
        item.within(|reader| seed.deserialize(reader)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.length - self.next)
    }
}

/// A variant by its name, and what stands below it.
pub(super) struct Variant<'r, 'a> {
    pub(super) name: &'r str,
    pub(super) content: Option<&'a Node>,
    pub(super) reader: Reader<'a>,
}

impl<'a, 'de> EnumAccess<'de> for Variant<'_, 'a> {
    type Error = Error;
    type Variant = Content<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'a>), Error> {
        let variant = seed.deserialize(KeyReader(self.name))?;
        Ok((variant, Content { name: self.name.to_owned(), node: self.content, reader: self.reader }))
    }
}

/// What stands below the name of a variant.
pub(super) struct Content<'a> {
    name: String,
    node: Option<&'a Node>,
    reader: Reader<'a>,
}

impl<'a> Content<'a> {
    fn reader(&self) -> Result<Reader<'a>, Error> {
        self.reader.state.note_content();
        if self.node.is_some() || self.reader.is_blank() {
            return Ok(self.reader.child(&self.name, self.node, None));
        }
        let expected = format!("a table that begins with `{}`", self.name);
        Err(Error::new(Kind::Expected { expected, found: Found { kind: "its name alone", value: None } }))
    }
}

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.node.map(|node| &node.value) {
            None | Some(Value::Null) => Ok(()),
            Some(Value::Table(table)) if table.is_empty() => Ok(()),
            Some(_) => Err(de::Error::custom(format_args!("`{}` stands alone, it has no settings", self.name))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        self.reader()?.within(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        self.reader()?.within(|reader| reader.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.reader()?.within(|reader| reader.deserialize_struct("", fields, visitor))
    }
}

/// A key: text, or a number for a map keyed by numbers.
struct KeyReader<'k>(&'k str);

macro_rules! number_keys {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            number::visit_text(self.0, visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for KeyReader<'_> {
    type Error = Error;

    number_keys! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.parse() {
            Ok(value) => visitor.visit_bool(value),
            Err(_) => visitor.visit_str(self.0),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(de::value::StrDeserializer::new(self.0))
    }

    serde::forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
