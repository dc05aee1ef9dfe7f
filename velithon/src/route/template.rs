//! The path of a route: `/users/{id}`, `/files/{*path}`.
//!
//! A template is read once, when the plan is built, and then only compared: [`Template::normalised`] says whether two are
//! the same route, [`Template::overlaps`] whether one request could fit both. Matching requests is `table`'s work.
//!
//! Paths are compared byte by byte and undecoded; a trailing slash is a segment like any other, an empty one.

use std::cmp::Ordering;
use std::fmt;

use super::grammar::{self, Flaw, Segment};
use crate::fault::Fault;

/// A checked path template, in axum 0.8's syntax.
///
/// - `{id}` takes the text up to the next slash, and may follow literal text (`/v{version}`). At the end of the path it
///   takes at least one character; before the end it may be empty (`/users//posts` fits `/users/{id}/posts`).
/// - `{*path}` takes all that is left, at least one character, slashes included, and ends the template.
/// - `{{` and `}}` are literal braces. Other literal text is spelt as clients send it, `%20` for a space.
/// - Names are Rust identifiers, each used once; at most 25 captures.
#[derive(Debug, Clone)]
pub struct Template {
    text: String,
    segments: Vec<Segment>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Everything that is wrong with `text`, in the order in which it stands there.
    pub fn parse(text: &str) -> Result<Self, TemplateFault> {
        let segments = grammar::template(text).map_err(|flaws| TemplateFault::new(text, flaws))?;
        Ok(Self { text: text.to_owned(), segments })
    }

    /// Reads `path` behind `prefix`: `/api` and `/users` are `/api/users`, `/api` and `/` are `/api`.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse); a prefix that ends with a slash or in a catch-all; a name that both parts use.
    pub fn join(prefix: &str, path: &str) -> Result<Self, TemplateFault> {
        grammar::prefix(prefix).map_err(|flaws| TemplateFault::new(prefix, flaws))?;
        // Read alone first: behind a prefix, a path without its slash would run into the last segment unseen.
        Self::parse(path)?;
        Self::parse(&grammar::joined(prefix, path))
    }

    /// The template as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of the captures, in the order of the path; a catch-all comes last.
    pub fn captures(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Capture { name, .. } | Segment::Rest { name, .. } => Some(name.as_str()),
        })
    }

    /// The template without names: `/users/{}`, `/files/{*}`. Templates that match the same paths have the same one.
    pub fn normalised(&self) -> String {
        self.named(|_| "")
    }

    /// The template with other names for its captures.
    pub(super) fn named<'a>(&'a self, name: impl Fn(&'a str) -> &'a str) -> String {
        let mut text = String::with_capacity(self.text.len());
        for segment in &self.segments {
            text.push('/');
            let (lead, capture) = match segment {
                Segment::Literal(lead) => (lead, None),
                Segment::Capture { lead, name, .. } => (lead, Some(("", name))),
                Segment::Rest { lead, name, .. } => (lead, Some(("*", name))),
            };
            text.push_str(&lead.replace('{', "{{").replace('}', "}}"));
            if let Some((star, own)) = capture {
                text.extend(["{", star, name(own), "}"]);
            }
        }
        text
    }

    /// Whether some path matches both templates.
    pub fn overlaps(&self, other: &Self) -> bool {
        for (index, (one, two)) in self.segments.iter().zip(&other.segments).enumerate() {
            match (one, two) {
                // What a catch-all takes is decided here: nothing comes after it.
                (Segment::Rest { lead, .. }, _) => return rest_meets(lead, other, index),
                (_, Segment::Rest { lead, .. }) => return rest_meets(lead, self, index),
                _ if self.meets(one, index, other, two) => {}
                _ => return false,
            }
        }
        self.segments.len() == other.segments.len()
    }

    /// Whether every path that `other` matches fits this one too.
    #[cfg(feature = "gateway")]
    pub(crate) fn covers(&self, other: &Self) -> bool {
        for (index, own) in self.segments.iter().enumerate() {
            let Some(theirs) = other.segments.get(index) else { return false };
            let covered = match (own, theirs) {
                // The lead of what follows, and at least one character behind it.
                (Segment::Rest { lead, .. }, Segment::Literal(text)) => {
                    let more = text.len() > lead.len() || !other.is_last(index);
                    return text.starts_with(lead) && more;
                }
                (Segment::Rest { lead, .. }, Segment::Capture { lead: two, .. } | Segment::Rest { lead: two, .. }) => {
                    return two.starts_with(lead);
                }
                (Segment::Literal(one), Segment::Literal(two)) => one == two,
                (Segment::Capture { lead, .. }, Segment::Literal(text)) => self.takes(index, lead, text),
                (Segment::Capture { lead, .. }, Segment::Capture { lead: two, .. }) => {
                    two.starts_with(lead) && (!self.is_last(index) || other.is_last(index))
                }
                _ => false,
            };
            if !covered {
                return false;
            }
        }
        self.segments.len() == other.segments.len()
    }

    /// Whether one text fits both segments, neither of which is a catch-all.
    fn meets(&self, one: &Segment, index: usize, other: &Self, two: &Segment) -> bool {
        match (one, two) {
            (Segment::Literal(one), Segment::Literal(two)) => one == two,
            (Segment::Literal(text), Segment::Capture { lead, .. }) => other.takes(index, lead, text),
            (Segment::Capture { lead, .. }, Segment::Literal(text)) => self.takes(index, lead, text),
            (Segment::Capture { lead: one, .. }, Segment::Capture { lead: two, .. }) => kindred(one, two),
            _ => false,
        }
    }

    /// Whether the capture behind `lead` in the segment `index` takes the segment `text`.
    pub(super) fn takes(&self, index: usize, lead: &str, text: &str) -> bool {
        text.strip_prefix(lead).is_some_and(|value| !value.is_empty() || !self.is_last(index))
    }

    pub(super) fn is_last(&self, index: usize) -> bool {
        index + 1 == self.segments.len()
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The one path this template matches, when it captures nothing.
    pub(super) fn fixed(&self) -> Option<String> {
        let mut path = String::with_capacity(self.text.len());
        for segment in &self.segments {
            let Segment::Literal(text) = segment else { return None };
            path.push('/');
            path.push_str(text);
        }
        Some(path)
    }

    /// Which of two templates that match one path is asked first: at the first difference, literal text comes before a
    /// capture, and a capture before a catch-all.
    pub(crate) fn precedence(&self, other: &Self) -> Ordering {
        for (one, two) in self.segments.iter().zip(&other.segments) {
            let order = rank(one).cmp(&rank(two));
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }
}

/// Smaller is asked first. Both match the same text, so the longer lead is literal where the other captures.
fn rank(segment: &Segment) -> (bool, std::cmp::Reverse<usize>, bool) {
    match segment {
        Segment::Literal(_) => (false, std::cmp::Reverse(0), false),
        Segment::Capture { lead, .. } => (true, std::cmp::Reverse(lead.len()), false),
        Segment::Rest { lead, .. } => (true, std::cmp::Reverse(lead.len()), true),
    }
}

/// Whether a catch-all behind `lead` takes some of what `other` matches from the segment `index` on.
fn rest_meets(lead: &str, other: &Template, index: usize) -> bool {
    match &other.segments[index] {
        Segment::Literal(text) => text.starts_with(lead) && (text.len() > lead.len() || !other.is_last(index)),
        Segment::Capture { lead: two, .. } | Segment::Rest { lead: two, .. } => kindred(lead, two),
    }
}

/// Whether some text begins with both.
fn kindred(one: &str, two: &str) -> bool {
    one.starts_with(two) || two.starts_with(one)
}

impl fmt::Display for Template {
    /// As it was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// All that is wrong with one template or pattern; displayed with carets under the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    text: String,
    flaws: Vec<Flaw>,
}

impl TemplateFault {
    pub(super) fn new(text: &str, flaws: Vec<Flaw>) -> Self {
        Self { text: text.to_owned(), flaws }
    }

    /// The text that was refused.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same, one fault of the plan for each; the caller adds the places.
    pub fn faults(&self) -> impl Iterator<Item = Fault> {
        self.flaws
            .iter()
            .map(|flaw| Fault::new(format!("`{}`: {}", self.text, flaw.what)).why(flaw.why).help(flaw.help.clone()))
    }
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, flaw) in self.flaws.iter().enumerate() {
            let parted = if index == 0 { "" } else { "\n" };
            write!(f, "{parted}{}", flaw.message(&self.text))?;
        }
        Ok(())
    }
}

impl std::error::Error for TemplateFault {}

#[cfg(test)]
#[path = "template_tests.rs"]
pub(in crate::route) mod tests;
