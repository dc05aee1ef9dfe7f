//! The serde deserializer over one node of the tree.

use serde::de::{Deserializer, Visitor};

use super::access::{Entries, Items, Variant};
use super::error::{Error, Found, Here, Kind};
use super::number;
use super::state::{State, TEXTS, child};
use crate::config::secret;
use crate::config::tree::{Node, Table, Value};

/// One value of the configuration, to be read into a type.
#[derive(Clone)]
pub struct Reader<'a> {
    pub(super) at: At<'a>,
    pub(super) path: String,
    pub(super) state: &'a State,
    /// Whether a [`Secret`](crate::config::Secret) asked for the value.
    secret: bool,
    /// The keys of the type around it, when that is a struct.
    siblings: Option<&'static [&'static str]>,
}

/// What the reader reads.
#[derive(Clone, Copy)]
pub(super) enum At<'a> {
    Node(&'a Node),
    /// A section that stands nowhere: an empty table.
    Nothing,
    /// Whatever is asked for; the number says which blank to try.
    Blank(usize),
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<'a> Reader<'a> {
    pub(super) fn of_section(node: Option<&'a Node>, section: &str, state: &'a State) -> Self {
        let at = node.map_or(At::Nothing, At::Node);
        state.note_read(section);
        Self { at, path: section.to_owned(), state, secret: false, siblings: None }
    }

    /// A value that stands alone, without a key.
    pub(crate) fn of_node(node: &'a Node, state: &'a State) -> Self {
        Self { at: At::Node(node), path: String::new(), state, secret: false, siblings: None }
    }

    /// Runs `read` on this reader; an error without a place gets this one.
    pub(crate) fn within<T>(self, read: impl FnOnce(Self) -> Result<T, Error>) -> Result<T, Error> {
        let here = self.here();
        read(self).map_err(|error| error.located(&here))
    }

    /// The key `name` below; `node` is what stands there, if anything.
    pub(super) fn child(&self, name: &str, node: Option<&'a Node>, siblings: Option<&'static [&'static str]>) -> Self {
        self.below(child(&self.path, name), node, siblings)
    }

    pub(super) fn item(&self, index: usize, node: Option<&'a Node>) -> Self {
        self.below(format!("{}[{index}]", self.path), node, None)
    }

    fn below(&self, path: String, node: Option<&'a Node>, siblings: Option<&'static [&'static str]>) -> Self {
        let at = match (self.state.blank(&path), node) {
            (Some(blank), _) => At::Blank(blank),
            (None, Some(node)) => At::Node(node),
            (None, None) => At::Blank(0),
        };
        self.state.note_read(&path);
        Self { at, path, state: self.state, secret: self.secret, siblings }
    }

    /// The table below, the JSON of a text included; `None` when it is something else.
    fn table(&self) -> Option<&'a Table> {
        match self.at {
            At::Node(Node { value: Value::Table(table), .. }) => Some(table),
            _ => None,
        }
    }

    fn here(&self) -> Here {
        let (source, hidden) = match self.at {
            At::Node(node) => (Some(node.source.clone()), node.expanded),
            _ => (None, false),
        };
        Here { path: self.path.clone(), source, blank: self.is_blank(), hidden: hidden || self.secret }
    }

    pub(super) fn is_blank(&self) -> bool {
        matches!(self.at, At::Blank(_))
    }

    /// Hands over what is there, whatever was asked for: the visitor says what it wanted.
    fn visit<'de, V: Visitor<'de>>(self, visitor: V, blank: &'static str) -> Result<V::Value, Error> {
        let node = match self.at {
            At::Node(node) => node,
            At::Nothing => return visitor.visit_map(Entries::new(&self, None, None)),
            At::Blank(attempt) => {
                self.state.ask(&self.path, blank);
                return self.visit_blank(attempt, visitor);
            }
        };
        match &node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => number::visit(*value, visitor),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(text) | Value::Untyped(text) => visitor.visit_str(text),
            Value::List(items) => visitor.visit_seq(Items::new(&self, items)),
            Value::Table(table) => visitor.visit_map(Entries::new(&self, Some(table), None)),
        }
    }

    /// For a type that takes anything, the blanks are of every kind.
    fn visit_blank<'de, V: Visitor<'de>>(self, attempt: usize, visitor: V) -> Result<V::Value, Error> {
        match attempt {
            0 => visitor.visit_str(""),
            1 => visitor.visit_i64(0),
            2 => visitor.visit_bool(false),
            3 => visitor.visit_map(Entries::new(&self, None, None)),
            4 => visitor.visit_seq(Items::new(&self, &[])),
            _ => visitor.visit_str(TEXTS[attempt % TEXTS.len()]),
        }
    }

    fn visit_number<'de, V: Visitor<'de>>(self, visitor: V, example: &'static str) -> Result<V::Value, Error> {
        match self.at {
            At::Blank(attempt) => {
                self.state.ask(&self.path, example);
                number::visit(attempt as i128, visitor)
            }
            At::Node(Node { value: Value::Untyped(text), .. }) => number::visit_text(text, visitor),
            _ => self.visit(visitor, example),
        }
    }

    fn visit_text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.at {
            At::Blank(attempt) => {
                self.state.ask(&self.path, "\"..\"");
                visitor.visit_str(TEXTS[attempt % TEXTS.len()])
            }
            At::Node(Node { text: Some(text), .. }) => visitor.visit_str(text),
            _ => self.visit(visitor, "\"..\""),
        }
    }

    fn visit_list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.at {
            At::Blank(attempt) => {
                self.state.ask(&self.path, "[..]");
                visitor.visit_seq(Items::blank(&self, attempt))
            }
            At::Node(Node { value: Value::Untyped(text), .. }) => Err(no_json(text, "list", "[\"a\", \"b\"]")),
            _ => self.visit(visitor, "[..]"),
        }
    }

    fn visit_table<'de, V: Visitor<'de>>(
        self,
        visitor: V,
        fields: Option<&'static [&'static str]>,
    ) -> Result<V::Value, Error> {
        match self.at {
            At::Node(Node { value: Value::Untyped(text), .. }) => Err(no_json(text, "table", "{\"a\": 1}")),
            At::Node(node) if self.table().is_none() && !matches!(node.value, Value::Table(_)) => {
                self.visit(visitor, "{ .. }")
            }
            _ => {
                if self.is_blank() {
                    self.state.ask(&self.path, "{ .. }");
                }
                visitor.visit_map(Entries::new(&self, self.table(), fields))
            }
        }
    }
}

/// Text that should have been JSON; the text itself stays unsaid, as it may hold secrets.
fn no_json(text: &str, kind: &str, example: &str) -> Error {
    let reason = match serde_json::from_str::<serde_json::Value>(text) {
        Ok(_) => String::new(),
        Err(error) => format!(" ({error})"),
    };
    let found = Found { kind: "other text", value: None };
    Error::new(Kind::Expected { expected: format!("a {kind} in JSON, such as {example}{reason}"), found })
}

macro_rules! numbers {
    ($($method:ident $example:literal)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.visit_number(visitor, $example)
        }
    )*};
}

macro_rules! texts {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.visit_text(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Error;

    numbers! {
        deserialize_i8 "0" deserialize_i16 "0" deserialize_i32 "0" deserialize_i64 "0" deserialize_i128 "0"
        deserialize_u8 "0" deserialize_u16 "0" deserialize_u32 "0" deserialize_u64 "0" deserialize_u128 "0"
        deserialize_f32 "0.0" deserialize_f64 "0.0"
    }

    texts! { deserialize_str deserialize_string deserialize_char deserialize_bytes deserialize_byte_buf }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.state.note_buffered(&self.path);
        match self.at {
            At::Node(Node { value: Value::Untyped(text), .. }) => match text.parse() {
                Ok(value) => visitor.visit_bool(value),
                Err(_) => number::visit_text(text, visitor),
            },
            _ => self.visit(visitor, ".."),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.at {
            At::Blank(_) => {
                self.state.ask(&self.path, "true");
                visitor.visit_bool(false)
            }
            At::Node(Node { value: Value::Untyped(text), .. }) => match text.trim().parse() {
                Ok(value) => visitor.visit_bool(value),
                Err(_) => visitor.visit_str(text),
            },
            _ => self.visit(visitor, "true"),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.at {
            At::Node(Node { value: Value::Null, .. }) | At::Blank(_) | At::Nothing => visitor.visit_none(),
            At::Node(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_blank() { visitor.visit_unit() } else { self.visit(visitor, "") }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == secret::MARK {
            let literal = match self.at {
                At::Node(node) if node.is_literal() => Some(&node.source),
                _ => None,
            };
            self.state.note_secret(&self.path, literal);
            self.secret = true;
        }
        // The flag reaches errors only through a place taken after it was set.
        self.within(|reader| visitor.visit_newtype_struct(reader))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_list(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        match self.at {
            At::Blank(_) => visitor.visit_seq(Items::blank(&self, length)),
            _ => self.visit_list(visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_table(visitor, None)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.visit_table(visitor, Some(fields))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.state.note_enum(&self.path, name, variants);
        match self.at {
            At::Blank(attempt) => {
                self.state.ask(&self.path, "\"..\"");
                let name = variants.get(attempt).copied().unwrap_or_default();
                visitor.visit_enum(Variant { name, content: None, reader: self })
            }
            At::Node(Node { value: Value::Text(text) | Value::Untyped(text), .. }) => {
                visitor.visit_enum(Variant { name: text, content: None, reader: self })
            }
            At::Node(Node { value: Value::Table(table), .. }) if table.len() == 1 => match table.iter().next() {
                Some((name, node)) => visitor.visit_enum(Variant { name, content: Some(node), reader: self }),
                None => visitor.visit_unit(),
            },
            At::Node(node) if node.scalar().is_some() => {
                let found = Found { kind: "a number or boolean", value: node.scalar() };
                Err(Error::new(Kind::Expected { expected: one_of(variants), found }))
            }
            _ => {
                let found = Found { kind: "a table or list", value: None };
                Err(Error::new(Kind::Expected { expected: one_of(variants), found }))
            }
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_text(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let (At::Node(node), Some(known)) = (self.at, self.siblings) {
            let name = self.path.rsplit('.').next().unwrap_or_default();
            if !known.contains(&name) {
                self.state.note_ignored(&self.path, &node.key, known);
            }
        }
        visitor.visit_unit()
    }
}

/// `"memory"` or `"redis"`
pub(super) fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    match quoted.as_slice() {
        [] => "nothing, as there are no values".into(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
