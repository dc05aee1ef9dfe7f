//! The grammar of paths, as a pure reading of text: what a template or a pattern says, or every flaw in it.
//!
//! `template.rs` reads what routes write (`/users/{id}`), `pattern.rs` what middleware writes (`/api/**`), `text.rs` the
//! literal characters of both. A [`Flaw`] carries its range, so that a reader sees a caret under the very characters.
//!
//! This folder stands in `velithon` and in `velithon-macros`, file by file the same, because a macro crate exports
//! nothing but macros; the test `the_macros_read_the_same_grammar` compares the two. It knows no `syn` and no router.

use std::ops::Range;

#[cfg(test)]
pub(crate) mod cases;
pub(crate) mod pattern;
mod template;
mod text;

pub(crate) use pattern::pattern;
pub(crate) use template::{Segment, joined, prefix, template};

/// The most captures of one template; the matcher numbers them with the letters of the alphabet.
pub(crate) const MOST_CAPTURES: usize = 25;

/// One thing that is wrong with a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// The bytes it concerns; may be empty at the end of the text.
    pub(crate) at: Range<usize>,
    /// What is wrong.
    pub(crate) what: String,
    /// Why it cannot work; may be empty.
    pub(crate) why: &'static str,
    /// What to write instead.
    pub(crate) help: String,
}

impl Flaw {
    fn new(at: Range<usize>, what: impl Into<String>, why: &'static str, help: impl Into<String>) -> Self {
        Self { at, what: what.into(), why, help: help.into() }
    }

    /// What is wrong, `text` with carets, why, and what to write.
    pub(crate) fn message(&self, text: &str) -> String {
        let why = if self.why.is_empty() { String::new() } else { format!("{}\n", self.why) };
        format!("{}\n{}\n{why}help: {}", self.what, draw(text, &self.at), self.help)
    }
}

/// `text` on one line and carets under `at` on the next, both set in by two columns.
pub(crate) fn draw(text: &str, at: &Range<usize>) -> String {
    let columns = |range: &str| range.chars().count();
    let before = columns(text.get(..at.start).unwrap_or(text));
    let width = columns(text.get(at.clone()).unwrap_or_default()).max(1);
    format!("  {}\n  {:before$}{:^<width$}", printable(text), "", "^")
}

/// `text` on one line: a line break would tear carets from what they point at.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// `text` with the bytes of `at` replaced.
fn with(text: &str, at: &Range<usize>, instead: &str) -> String {
    let mut text = text.to_owned();
    text.replace_range(at.clone(), instead);
    text
}

/// The segments of `text` and where each one stands; a flaw when it has no leading slash or an empty segment.
fn segments(text: &str, flaws: &mut Vec<Flaw>) -> Vec<Range<usize>> {
    if !text.starts_with('/') {
        let end = text.chars().next().map_or(0, char::len_utf8);
        flaws.push(Flaw::new(0..end, "a path starts with `/`", "", format!("write `/{text}`")));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let from = text[at..].find(|c| c != '/').map_or(text.len(), |slashes| at + slashes);
        if from - at > 1 {
            flaws.push(empty_segment(text, at..from));
        }
        let to = text[from..].find('/').map_or(text.len(), |length| from + length);
        found.push(from..to);
        at = to;
    }
    found
}

/// The flaw of a run of slashes.
fn empty_segment(text: &str, at: Range<usize>) -> Flaw {
    let help = format!("write `{}`", with(text, &at, "/"));
    let why = "clients and proxies differ on whether `//` is one slash";
    Flaw::new(at, "a path has no empty segment", why, help)
}
