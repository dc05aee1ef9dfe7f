//! What serde reports, with the key it happened at.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::config::tree::Source;

/// An error at a key; the innermost place wins.
#[derive(Debug)]
pub struct Error {
    pub(crate) kind: Kind,
    /// Boxed, as an error travels through many returns.
    pub(crate) at: Option<Box<Here>>,
}

/// What went wrong.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Missing(&'static str),
    Unknown { name: String, known: &'static [&'static str] },
    Variant { typed: String, known: &'static [&'static str] },
    Expected { expected: String, found: Found },
    Other(String),
}

/// What stood there instead: its kind, and the value itself, which stays unsaid for a secret.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) kind: &'static str,
    pub(crate) value: Option<String>,
}

/// The place an error is about.
#[derive(Debug, Clone)]
pub(crate) struct Here {
    pub(crate) path: String,
    pub(crate) source: Option<Source>,
    /// Whether the value is made up: its faults are ours, not the user's.
    pub(crate) blank: bool,
    /// Whether the value must not be shown.
    pub(crate) hidden: bool,
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, at: None }
    }

    pub(crate) fn located(mut self, here: &Here) -> Self {
        self.at.get_or_insert_with(|| Box::new(here.clone()));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Missing(name) => write!(f, "`{name}` is missing"),
            Kind::Unknown { name, .. } => write!(f, "there is no key `{name}`"),
            Kind::Variant { typed, .. } => write!(f, "`{typed}` is none of the values"),
            Kind::Expected { expected, .. } => write!(f, "expected {expected}"),
            Kind::Other(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Kind::Other(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Kind::Expected { expected: expected.to_string(), found: Found::new(found) })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let found = Found { kind: "a list", value: Some(format!("a list of {length}")) };
        Self::new(Kind::Expected { expected: expected.to_string(), found })
    }

    fn unknown_variant(typed: &str, known: &'static [&'static str]) -> Self {
        Self::new(Kind::Variant { typed: typed.to_owned(), known })
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::new(Kind::Unknown { name: name.to_owned(), known })
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(Kind::Missing(name))
    }
}

impl Found {
    fn new(found: Unexpected<'_>) -> Self {
        let (kind, value) = match found {
            Unexpected::Bool(value) => ("a boolean", Some(value.to_string())),
            Unexpected::Unsigned(value) => ("a number", Some(value.to_string())),
            Unexpected::Signed(value) => ("a number", Some(value.to_string())),
            Unexpected::Float(value) => ("a number", Some(value.to_string())),
            Unexpected::Str(text) => ("text", Some(format!("{:?}", shortened(text)))),
            Unexpected::Char(letter) => ("text", Some(format!("{letter:?}"))),
            Unexpected::Map | Unexpected::StructVariant => ("a table", None),
            Unexpected::Seq | Unexpected::TupleVariant => ("a list", None),
            Unexpected::Unit | Unexpected::Option => ("nothing", None),
            _ => ("something else", None),
        };
        Self { kind, value }
    }
}

/// As much of a text as a message bears.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text.to_owned(),
    }
}
