//! One thing that is wrong with an application, told the way rustc tells it: what, where, why, and what to type.
//!
//! The plan and the configuration return lists of these; only `app` prints them. Nothing here decides what is wrong.

use std::fmt;

/// One fault of the plan or of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// One sentence: what is wrong.
    pub what: String,
    /// Where it stands, each with a few words on what is there.
    pub places: Vec<Place>,
    /// Why it cannot work; may be empty.
    pub why: String,
    /// Something to type that mends it.
    pub help: String,
}

/// A place in source or configuration that takes part in a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `src/users.rs:12:1`, `velithon.toml:3:1`, or the name of an environment variable.
    pub at: String,
    /// What stands there.
    pub label: String,
}

impl Fault {
    /// A fault with its sentence; places, reason and help follow.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), places: Vec::new(), why: String::new(), help: String::new() }
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, at: impl fmt::Display, label: impl Into<String>) -> Self {
        self.places.push(Place { at: at.to_string(), label: label.into() });
        self
    }

    /// Says why it cannot work.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// Says what to type.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        for place in &self.places {
            write!(f, "\n  --> {}", place.at)?;
            if !place.label.is_empty() {
                write!(f, "  {}", place.label)?;
            }
        }
        if !self.why.is_empty() {
            write!(f, "\n   = {}", self.why)?;
        }
        if !self.help.is_empty() {
            write!(f, "\n   = help: {}", self.help)?;
        }
        Ok(())
    }
}

/// The name out of `known` that `typed` most likely meant.
pub(crate) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(typed, name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// `a`, `b` and `c`.
pub(crate) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and `{last}`", first.join(", "))
        }
    }
}
