//! The types that hold a section, and the record that `#[config]` writes about each.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::de::{self, Asker, Notes};
use super::probe::{Broken, Probe};
use super::tree::Tree;
use crate::fault::Fault;
use crate::inject::{Key, Object};
use crate::record::{Origin, inventory};

/// A type that holds a section of the configuration: `#[config("shop")]` implements it.
///
/// Every such type is read with serde; that is asked for where the record is made, so that a missing `Deserialize` is
/// one error in words of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no configuration section",
    label = "not marked `#[config(..)]`",
    note = "add `#[config(\"name\")]` above the struct; it then holds the section `[name]` of velithon.toml"
)]
pub trait Section: Send + Sync + 'static {
    /// The section's name: `shop` for `[shop]`.
    const NAME: &'static str;

    /// What the section is injected by.
    fn key() -> &'static Key;
}

/// A section, read and checked before any provider runs; shared by all who ask for it.
pub struct Config<T>(Arc<T>);

impl<T: Send + Sync + 'static> Config<T> {
    /// The section behind an object of the container; `None` when it is another type.
    pub fn from_object(object: Object) -> Option<Self> {
        object.downcast().ok().map(Self)
    }
}

impl<T> Config<T> {
    /// Wraps a section made by hand, for a test that calls a provider or handler directly.
    pub fn new(section: T) -> Self {
        Self(Arc::new(section))
    }
}

impl<T> Deref for Config<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Clone for Config<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Config<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A key of a section and the field it lands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name in the file, after serde's renaming.
    pub key: &'static str,
    /// The name in the struct.
    pub name: &'static str,
}

/// What `#[config]` says about a type.
#[derive(Debug)]
pub struct ConfigRecord {
    /// The section's name.
    pub section: &'static str,
    /// The type as its owner writes it.
    pub type_name: &'static str,
    /// What the section is injected by.
    pub key: &'static Key,
    /// Its keys; empty when serde reads another type in its place.
    pub fields: &'static [Field],
    /// Reads and validates the section.
    pub read: fn(&Tree, &ConfigRecord) -> Reading,
    /// The field of a key, of a section that `read` made; the object is another type's, or the key unknown: `None`.
    pub field: for<'a> fn(&'a Object, &str) -> Option<Box<dyn Probe + 'a>>,
    /// Where the attribute stands.
    pub origin: Origin,
}

inventory::collect!(ConfigRecord);

/// A section that was read, or what was wrong with it.
#[derive(Debug)]
pub struct Reading {
    /// The section; `None` when there are faults.
    pub object: Option<Object>,
    /// Everything that was wrong, unknown keys aside: another type may know them.
    pub faults: Vec<Fault>,
    pub(crate) notes: Notes,
}

/// Asserts that a type is a section; the macros name it once for each `Config<_>`, at the type.
#[doc(hidden)]
pub const fn section<T: Section>() {}

/// Reads the section of `record` as `T` and holds it against `rules`.
pub(super) fn read<T: Section + DeserializeOwned>(
    tree: &Tree,
    record: &ConfigRecord,
    rules: fn(&T) -> Broken,
) -> Reading {
    let asker = Asker { type_name: record.type_name, origin: record.origin };
    let mut outcome = de::read::<T>(tree, record.section, asker);
    if let Some(value) = &outcome.value {
        outcome.faults.extend(rules(value).into_iter().map(|(path, message)| broken(&path, message, tree, record)));
    }
    let whole = outcome.faults.is_empty();
    let object = outcome.value.filter(|_| whole).map(|value| Arc::new(value) as Object);
    Reading { object, faults: outcome.faults, notes: outcome.notes }
}

/// The fault of a rule; `path` is in garde's notation, `pool.size` or `hosts[2]`, and begins with the struct's name of
/// the field.
fn broken(path: &str, message: String, tree: &Tree, record: &ConfigRecord) -> Fault {
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (first, rest) = path.split_at(end);
    let first = record.fields.iter().find(|field| field.name == first).map_or(first, |field| field.key);
    let key = [record.section, first].join(".") + rest;
    let key = key.trim_end_matches('.');
    let fault = Fault::new(format!("`{key}` breaks a rule of `{}`", record.type_name)).why(message);
    let fault = match nearest_source(tree, key) {
        Some(source) => fault.at(source, ""),
        None => fault.at(record.origin, "the default of the type"),
    };
    let name = key.rsplit('.').next().unwrap_or(key);
    fault.help(format!("give `{name}` a value that keeps the rule"))
}

/// Where a key was written; an item of a list stands where the list does.
fn nearest_source<'t>(tree: &'t Tree, key: &str) -> Option<&'t super::Source> {
    tree.get(key).or_else(|| tree.get(key.split('[').next().unwrap_or(key))).map(|node| &node.source)
}
