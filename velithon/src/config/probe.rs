//! What can be asked of a field whose type only the macro sees.
//!
//! A condition compares a key with a literal. The literal is read as the field's own type, the way a value of the
//! environment is, and compared with the value the section really holds: so defaults, renamed variants and aliases
//! count. Method resolution picks what the type can do: `PartialEq`, else the variant of an enum without content;
//! anything else is unknowable, and says so. Showing a default takes `Serialize`, else the variant, else `Debug`.

use std::any::type_name;
use std::fmt::Debug;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::de::{Error, Kind, Reader, State};
use super::notation;
use super::section::{ConfigRecord, Reading, Section};
use super::tree::{Node, Source, Tree, Value};

/// Whether a field holds a literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds,
    Differs,
    /// The literal is no value of the field, for this reason.
    Invalid(String),
    /// Values of the type with this name cannot be compared.
    Unknowable(&'static str),
}

/// A field of a section, ready for questions.
pub trait Probe {
    /// Whether the field holds what `literal` means.
    #[doc(hidden)]
    fn is(&self, literal: &str) -> Answer;

    /// The value for a reader.
    #[doc(hidden)]
    fn show(&self) -> Option<String>;

    /// The value in TOML's notation, if there is a text that reads back as the same; `typed` is what a variable or the
    /// command line said.
    #[doc(hidden)]
    fn written(&self, typed: Option<&str>) -> Option<String>;
}

/// A `Verdict` behind the public trait.
#[derive(Debug)]
pub struct Answer(pub(crate) Verdict);

/// The name and variants of an enum.
pub type Enumeration = (&'static str, &'static [&'static str]);

/// What is known about the type of a field.
pub struct Abilities<'a, T> {
    pub value: &'a T,
    pub read: fn(Reader<'_>) -> Option<Result<T, Error>>,
    pub same: fn(&T, &T, Option<Enumeration>) -> Option<bool>,
    pub show: fn(&T) -> Option<String>,
}

impl<T> Debug for Abilities<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Abilities").finish_non_exhaustive()
    }
}

impl<T> Abilities<'_, T> {
    /// Reads `literal` as a value of the environment; with it the enum that the type turned out to be.
    fn literal(&self, literal: &str) -> Option<(Result<T, Error>, Option<Enumeration>)> {
        let node = Node::new(Value::Untyped(literal.to_owned()), Source::Argument(String::new()));
        let state = State::new(true);
        Some((self.read_in(&node, &state)?, state.plain_enum()))
    }

    /// Whether a text in TOML's notation reads as the value, or as one that shows itself alike.
    fn reads_back(&self, text: &str) -> bool {
        let state = State::new(true);
        let Some(Ok(value)) = notation::read(text).and_then(|node| self.read_in(&node, &state)) else { return false };
        let shown = (self.show)(self.value);
        (self.same)(self.value, &value, state.plain_enum()) == Some(true)
            || (shown.is_some() && shown == (self.show)(&value))
    }

    /// Reads a node as a value of the field's type; nothing when that cannot be read at all.
    fn read_in(&self, node: &Node, state: &State) -> Option<Result<T, Error>> {
        let value = Reader::of_node(node, state).within(|reader| match (self.read)(reader) {
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(error)) => Err(error),
            None => Ok(None),
        });
        value.transpose()
    }

    /// The variant that an enum without content holds.
    fn variant(&self) -> Option<&'static str> {
        let (_, (_, variants)) = self.literal("").and_then(|(value, found)| Some((value, found?)))?;
        variants.iter().copied().find(|variant| self.is(variant).0 == Verdict::Holds)
    }
}

impl<T> Probe for Abilities<'_, T> {
    fn is(&self, literal: &str) -> Answer {
        Answer(match self.literal(literal) {
            None => Verdict::Unknowable(type_name::<T>()),
            Some((Err(error), _)) => Verdict::Invalid(wanted(&error)),
            Some((Ok(meant), found)) => match (self.same)(self.value, &meant, found) {
                Some(true) => Verdict::Holds,
                Some(false) => Verdict::Differs,
                None => Verdict::Unknowable(type_name::<T>()),
            },
        })
    }

    fn show(&self) -> Option<String> {
        self.variant().map(|variant| format!("\"{variant}\"")).or_else(|| (self.show)(self.value))
    }

    fn written(&self, typed: Option<&str>) -> Option<String> {
        if let Some(text) = typed.map(notation::string).filter(|text| self.reads_back(text)) {
            return Some(text);
        }
        if let Some(variant) = self.variant() {
            return Some(notation::string(variant));
        }
        let shown = (self.show)(self.value)?;
        notation::candidates(&shown).into_iter().find(|text| self.reads_back(text))
    }
}

fn wanted(error: &Error) -> String {
    match &error.kind {
        Kind::Variant { known, .. } => {
            let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("it can be {}", names.join(", "))
        }
        Kind::Expected { expected, .. } => format!("it has to be {}", super::de::readable(expected)),
        _ => error.to_string(),
    }
}

/// A type, to be asked by method resolution what it can do.
#[derive(Debug)]
pub struct Of<T>(PhantomData<fn() -> T>);

impl<T> Of<T> {
    pub const NEW: Self = Self(PhantomData);
}

type Read<T> = fn(Reader<'_>) -> Option<Result<T, Error>>;
type Same<T> = fn(&T, &T, Option<Enumeration>) -> Option<bool>;
type Show<T> = fn(&T) -> Option<String>;

pub trait Reads<T> {
    fn reads(&self) -> Read<T>;
}

impl<T: DeserializeOwned> Reads<T> for &Of<T> {
    fn reads(&self) -> Read<T> {
        |reader| Some(T::deserialize(reader))
    }
}

pub trait CannotRead<T> {
    fn reads(&self) -> Read<T>;
}

impl<T> CannotRead<T> for Of<T> {
    fn reads(&self) -> Read<T> {
        |_| None
    }
}

pub trait ByEquality<T> {
    fn same(&self) -> Same<T>;
}

impl<T: PartialEq> ByEquality<T> for &Of<T> {
    fn same(&self) -> Same<T> {
        |held, meant, _| Some(held == meant)
    }
}

pub trait ByVariant<T> {
    fn same(&self) -> Same<T>;
}

impl<T> ByVariant<T> for Of<T> {
    fn same(&self) -> Same<T> {
        // The discriminant tells variants apart; it is the whole value when the variant meant has no content. A type
        // that merely wraps the enum has another name.
        |held, meant, found| {
            let (name, _) = found.filter(|(name, _)| *name == own_name::<T>())?;
            (!name.is_empty()).then(|| std::mem::discriminant(held) == std::mem::discriminant(meant))
        }
    }
}

/// The name of a type without its path and arguments.
fn own_name<T>() -> &'static str {
    let name = type_name::<T>();
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}

pub trait Serializes<T> {
    fn shows(&self) -> Show<T>;
}

impl<T: Serialize> Serializes<T> for &&Of<T> {
    fn shows(&self) -> Show<T> {
        |value| serde_json::to_string(value).ok()
    }
}

pub trait Debugs<T> {
    fn shows(&self) -> Show<T>;
}

impl<T: Debug> Debugs<T> for &Of<T> {
    fn shows(&self) -> Show<T> {
        |value| Some(format!("{value:?}"))
    }
}

pub trait CannotShow<T> {
    fn shows(&self) -> Show<T>;
}

impl<T> CannotShow<T> for Of<T> {
    fn shows(&self) -> Show<T> {
        |_| None
    }
}

/// The function that reads a section.
pub type ReadSection<T> = fn(&Tree, &ConfigRecord, fn(&T) -> Broken) -> Reading;

/// What stands in place of it for a type without `Deserialize`.
#[derive(Debug)]
pub struct Unreadable;

pub trait ReadsSection<T> {
    fn reader(&self) -> ReadSection<T>;
}

impl<T: Section + DeserializeOwned> ReadsSection<T> for &Of<T> {
    fn reader(&self) -> ReadSection<T> {
        super::section::read::<T>
    }
}

pub trait CannotReadSection<T> {
    fn reader(&self) -> Unreadable;
}

impl<T> CannotReadSection<T> for Of<T> {
    fn reader(&self) -> Unreadable {
        Unreadable
    }
}

/// What reads the section `S`. serde's own error would list every type that it can read.
#[diagnostic::on_unimplemented(
    message = "`{S}` cannot be read from the configuration",
    label = "has no `Deserialize`",
    note = "add `#[derive(Deserialize)]` to it, and serde with its feature `derive` to Cargo.toml"
)]
pub trait ReadsOf<S> {
    fn read(self, tree: &Tree, record: &ConfigRecord, rules: fn(&S) -> Broken) -> Reading;
}

impl<S> ReadsOf<S> for ReadSection<S> {
    fn read(self, tree: &Tree, record: &ConfigRecord, rules: fn(&S) -> Broken) -> Reading {
        self(tree, record, rules)
    }
}

/// Reads a section with what method resolution found for its type.
pub fn read<S, R: ReadsOf<S>>(reader: R, tree: &Tree, record: &ConfigRecord, rules: fn(&S) -> Broken) -> Reading {
    reader.read(tree, record, rules)
}

/// Rules that a value breaks: the field in garde's notation, and the message.
pub type Broken = Vec<(String, String)>;

pub trait Validates<T> {
    fn rules(&self) -> fn(&T) -> Broken;
}

impl<T: garde::Validate<Context: Default>> Validates<T> for &&Of<T> {
    fn rules(&self) -> fn(&T) -> Broken {
        |value| match value.validate() {
            Ok(()) => Broken::new(),
            Err(report) => report.iter().map(|(path, error)| (path.to_string(), error.to_string())).collect(),
        }
    }
}

pub trait NeedsContext<T> {
    fn rules(&self) -> fn(&T) -> Broken;
}

impl<T: garde::Validate> NeedsContext<T> for &Of<T> {
    fn rules(&self) -> fn(&T) -> Broken {
        |_| {
            vec![(
                String::new(),
                "its rules need a context without `Default`, and configuration has none to give".into(),
            )]
        }
    }
}

pub trait NoRules<T> {
    fn rules(&self) -> fn(&T) -> Broken;
}

impl<T> NoRules<T> for Of<T> {
    fn rules(&self) -> fn(&T) -> Broken {
        |_| Broken::new()
    }
}

/// A [`Probe`] of a field, with its type and, where serde was told to use one, the function that reads it.
#[doc(hidden)]
#[macro_export]
macro_rules! __config_field {
    ($section:ident . $field:ident : $type:ty) => {{
        #[allow(unused_imports)]
        use $crate::config::probe::{ByEquality as _, ByVariant as _, CannotRead as _, CannotShow as _, Debugs as _};
        #[allow(unused_imports)]
        use $crate::config::probe::{Reads as _, Serializes as _};
        $crate::config::probe::boxed($crate::config::probe::Abilities {
            value: &$section.$field,
            read: (&&$crate::config::probe::Of::<$type>::NEW).reads(),
            same: (&&$crate::config::probe::Of::<$type>::NEW).same(),
            show: (&&&$crate::config::probe::Of::<$type>::NEW).shows(),
        })
    }};
    ($section:ident . $field:ident : $type:ty, $read:path) => {{
        #[allow(unused_imports)]
        use $crate::config::probe::{ByEquality as _, ByVariant as _, CannotShow as _, Debugs as _};
        $crate::config::probe::boxed($crate::config::probe::Abilities {
            value: &$section.$field,
            read: |reader| ::core::option::Option::Some($read(reader)),
            same: (&&$crate::config::probe::Of::<$type>::NEW).same(),
            // What the type serialises to need not be what the function reads.
            show: (&&$crate::config::probe::Of::<$type>::NEW).shows(),
        })
    }};
}

/// What reads a section's type, if anything does.
#[doc(hidden)]
#[macro_export]
macro_rules! __config_reader {
    ($type:ty) => {{
        #[allow(unused_imports)]
        use $crate::config::probe::{CannotReadSection as _, ReadsSection as _};
        (&&$crate::config::probe::Of::<$type>::NEW).reader()
    }};
}

/// The rules of a section's type.
#[doc(hidden)]
#[macro_export]
macro_rules! __config_rules {
    ($type:ty) => {{
        #[allow(unused_imports)]
        use $crate::config::probe::{NeedsContext as _, NoRules as _, Validates as _};
        (&&&$crate::config::probe::Of::<$type>::NEW).rules()
    }};
}

/// Whether serde reads a type from what a configuration would say. A duration it reads from a table of seconds and
/// nanoseconds; an inherent constant goes first.
pub trait AsWritten {
    const AS_WRITTEN: bool = true;
}

impl<T> AsWritten for Of<T> {}

impl Of<std::time::Duration> {
    pub const AS_WRITTEN: bool = false;
}

impl Of<Option<std::time::Duration>> {
    pub const AS_WRITTEN: bool = false;
}

/// Hides the type of a field.
pub fn boxed<'a, T>(abilities: Abilities<'a, T>) -> Box<dyn Probe + 'a> {
    Box::new(abilities)
}
