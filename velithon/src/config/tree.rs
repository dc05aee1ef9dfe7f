//! The merged configuration: a table of nodes, each of which knows where it was written.
//!
//! The layers build a [`Tree`]; the reader of sections walks it; `report` prints it. A tree is plain data: it reads no
//! file and no environment, and it does not know what the keys mean.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The keys of one table.
pub(crate) type Table = BTreeMap<String, Node>;

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In a file; line and column count from 1, columns in characters.
    File {
        /// The file as it was named.
        path: Arc<Path>,
        /// Its line.
        line: usize,
        /// Its column.
        column: usize,
    },
    /// In this environment variable.
    Environment(String),
    /// On the command line, as `--set` of this key.
    Argument(String),
    /// In an attribute of the source; line and column count from 1.
    Attribute {
        /// The file as the compiler names it.
        file: &'static str,
        /// Its line.
        line: u32,
        /// Its column.
        column: u32,
    },
}

impl fmt::Display for Source {
    /// `velithon.toml:3:8`, `VELITHON_SHOP__CACHE`, `--set shop.cache`, `src/main.rs:3:12`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Argument(key) => write!(f, "--set {key}"),
            Self::Attribute { file, line, column } => write!(f, "{file}:{line}:{column}"),
        }
    }
}

/// What a key holds.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    /// Text that is meant as text: it stood in quotes.
    Text(String),
    /// Text of unknown type, from the environment, `--set` or a lone `${..}`: it becomes what the reader asks for.
    Untyped(String),
    List(Vec<Node>),
    Table(Table),
}

/// A value, where it and its key were written, and how it came about.
#[derive(Clone, PartialEq)]
pub struct Node {
    pub(crate) value: Value,
    pub(crate) source: Source,
    /// Where the key stands; the same place as the value outside of files.
    pub(crate) key: Source,
    /// The text a list or table of the environment was read from: who asks for text gets this.
    pub(crate) text: Option<String>,
    /// Whether a `${..}` took part: the file then holds no literal.
    pub(crate) expanded: bool,
}

impl Node {
    pub(crate) fn new(value: Value, source: Source) -> Self {
        Self { value, key: source.clone(), source, text: None, expanded: false }
    }

    /// Where the value was written.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Whether it comes from a file as it stands there.
    pub(crate) fn is_literal(&self) -> bool {
        match &self.value {
            Value::List(items) => items.iter().any(Self::is_literal),
            Value::Table(table) => table.values().any(Self::is_literal),
            _ => matches!(self.source, Source::File { .. }) && !self.expanded,
        }
    }

    /// A single value as a condition writes it; lists and tables have none.
    pub(crate) fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Bool(value) => Some(value.to_string()),
            Value::Integer(value) => Some(value.to_string()),
            Value::Float(value) => Some(value.to_string()),
            Value::Text(text) | Value::Untyped(text) => Some(text.clone()),
            Value::Null | Value::List(_) | Value::Table(_) => None,
        }
    }
}

impl fmt::Debug for Node {
    /// The source alone: the value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Table(table) => f.debug_map().entries(table).finish(),
            _ => write!(f, "{}", self.source),
        }
    }
}

/// The configuration after all layers, with the source of every value.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(crate) root: Table,
    pub(crate) profile: String,
    pub(crate) file: Option<PathBuf>,
}

impl Tree {
    /// The node at a dotted key: `shop.cache`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
        let mut node = self.root.get(first)?;
        for name in rest.into_iter().flat_map(|rest| rest.split('.')) {
            let Value::Table(table) = &node.value else { return None };
            node = table.get(name)?;
        }
        Some(node)
    }

    /// The profile in force: `dev`, `prod`, or a name of the user's.
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// The configuration file that was read.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Whether a secret may stand in the file as it is: outside of `prod`, or under `allow_plain_secrets = true`.
    pub(crate) fn allows_plain_secrets(&self) -> bool {
        self.profile != "prod" || self.get("allow_plain_secrets").and_then(Node::scalar).is_some_and(|v| v == "true")
    }
}

/// Lays `over` upon `base`: tables merge key by key, anything else replaces what was there.
pub(crate) fn merge(base: &mut Table, over: Table) {
    for (key, node) in over {
        match (base.get_mut(&key), node) {
            (Some(Node { value: Value::Table(below), .. }), Node { value: Value::Table(above), .. }) => {
                merge(below, above);
            }
            (_, node) => {
                base.insert(key, node);
            }
        }
    }
}
