//! The condition of a route or binding: `when = "shop.cache == memory"`.
//!
//! [`Condition::parse`] reads what the macros have checked already; [`Condition::evaluate`] decides it against the
//! settings at start. It compares values as the types of the sections hold them: a default counts, and so does an alias
//! of a variant. What cannot be known is a fault, never a silent `false`.
//!
//! There is no `and` or `or`: what needs one wants a key of its own.

mod evaluate;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::fault::Fault;

/// A comparison of one key with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    key: String,
    test: Test,
}

/// What the key is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    /// `a.b` and `!a.b`
    Is(bool),
    /// `a.b == value`
    Equals(String),
    /// `a.b != value`
    Differs(String),
}

impl Condition {
    /// Reads `a.b == value`, `a.b != value`, `a.b` or `!a.b`; a value may stand in single quotes.
    ///
    /// # Errors
    /// When the key is no section and key joined by a dot, or no value follows the comparison.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let (key, test) = match (text.split_once("=="), text.split_once("!=")) {
            (Some((key, value)), _) => (key, Test::Equals(unquoted(value))),
            (None, Some((key, value))) => (key, Test::Differs(unquoted(value))),
            (None, None) => match text.trim().strip_prefix('!') {
                Some(key) => (key, Test::Is(false)),
                None => (text, Test::Is(true)),
            },
        };
        let condition = Self { key: key.trim().to_owned(), test };
        if condition.is_sound() { Ok(condition) } else { Err(malformed(text)) }
    }

    /// The key, with its section: `shop.cache`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether both cannot hold at once, whatever is configured: the same key with different values, or `a.b` and
    /// `!a.b`. Aliases of one value are not seen through.
    pub fn disjoint(&self, other: &Self) -> bool {
        self.key == other.key
            && match (self.test.value(), other.test.value()) {
                ((true, one), (true, two)) => !same_text(&one, &two),
                ((true, one), (false, two)) | ((false, one), (true, two)) => same_text(&one, &two),
                ((false, _), (false, _)) => false,
            }
    }

    fn is_sound(&self) -> bool {
        let named =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        let valued = !matches!(&self.test, Test::Equals(value) | Test::Differs(value) if value.is_empty());
        valued && self.key.contains('.') && self.key.split('.').all(named)
    }
}

impl Test {
    /// Whether it wants the value or anything else, and the value.
    fn value(&self) -> (bool, String) {
        match self {
            Self::Is(value) => (true, value.to_string()),
            Self::Equals(value) => (true, value.clone()),
            Self::Differs(value) => (false, value.clone()),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            Test::Is(true) => write!(f, "{}", self.key),
            Test::Is(false) => write!(f, "!{}", self.key),
            Test::Equals(value) => write!(f, "{} == {value}", self.key),
            Test::Differs(value) => write!(f, "{} != {value}", self.key),
        }
    }
}

impl std::str::FromStr for Condition {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).unwrap_or(value).to_owned()
}

/// Equal as texts, or as whole numbers.
fn same_text(one: &str, two: &str) -> bool {
    let numbers = one.parse::<i128>().ok().zip(two.parse::<i128>().ok());
    one == two || numbers.is_some_and(|(one, two)| one == two)
}

fn malformed(text: &str) -> Fault {
    Fault::new(format!("`{text}` is no condition"))
        .why("it compares one key of a section with one value")
        .help("write `shop.cache == memory`, `shop.cache != memory`, `features.reports` or `!features.reports`")
}
