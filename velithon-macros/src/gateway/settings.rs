//! What the attributes say, once it is read: keys with values, as `velithon.toml` has them.

use proc_macro2::Span;
use syn::{LitStr, Path};

/// One key with its value.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) key: Name,
    pub(super) span: Span,
    pub(super) value: Data,
}

/// The key of a setting.
#[derive(Clone)]
pub(super) enum Name {
    Text(String),
    /// The section of this upstream.
    Upstream(Path),
}

/// The value of a setting.
#[derive(Clone)]
pub(super) enum Data {
    Text(LitStr),
    Integer(i64),
    Bool(bool),
    List(Vec<Data>),
    Table(Vec<Setting>),
}

impl Setting {
    pub(super) fn new(key: &str, span: Span, value: Data) -> Self {
        Self { key: Name::Text(key.to_owned()), span, value }
    }

    pub(super) fn is(&self, name: &str) -> bool {
        matches!(&self.key, Name::Text(text) if text == name)
    }
}
