//! The paths a middleware sees: `/api/**`, `/api/*/orders`, `/health`.
//!
//! The plan asks [`Pattern::covers`] for each route: a middleware that sees all of a route's paths joins its chain, one
//! that sees none stays out, and only for the rest is [`Pattern::matches`] asked on requests.
//!
//! Like routes, patterns compare the path as it was sent; nothing is decoded and no slash is forgiven.

use std::fmt;

use super::grammar::pattern::{Shape, Step};
use super::grammar::{self, Segment};
use super::template::{Template, TemplateFault};

/// A checked path pattern.
///
/// - `*` is one segment, empty only where a capture could be: `/api/*/x` is what `/api/{id}/x` matches.
/// - `**` ends a pattern: `/api/**` is `/api`, `/api/` and everything below, but not `/apix`. `/**` is every path.
/// - All other text is literal, in the spelling of [`Template`].
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    shape: Shape,
}

/// How many of a template's paths a pattern holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// All of them.
    Always,
    /// None of them.
    Never,
    /// Some, but not all: the path of each request decides.
    Sometimes,
}

impl Coverage {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::Always, Self::Always) => Self::Always,
            _ => Self::Sometimes,
        }
    }

    fn always(holds: bool) -> Self {
        if holds { Self::Always } else { Self::Never }
    }

    fn sometimes(holds: bool) -> Self {
        if holds { Self::Sometimes } else { Self::Never }
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Everything that is wrong with `text`, in the order in which it stands there.
    pub fn parse(text: &str) -> Result<Self, TemplateFault> {
        let shape = grammar::pattern(text).map_err(|flaws| TemplateFault::new(text, flaws))?;
        Ok(Self { text: text.to_owned(), shape })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a request's path, undecoded and without its query, is in the pattern.
    pub fn matches(&self, path: &str) -> bool {
        if self.shape.steps.is_empty() {
            return true; // `/**` holds the `*` of `OPTIONS *` too
        }
        let Some(path) = path.strip_prefix('/') else { return false };
        let mut segments = path.split('/').peekable();
        for step in &self.shape.steps {
            let Some(segment) = segments.next() else { return false };
            if !step.takes(segment, segments.peek().is_none()) {
                return false;
            }
        }
        self.shape.deep || segments.next().is_none()
    }

    /// How many of the paths that `template` matches are in the pattern.
    pub fn covers(&self, template: &Template) -> Coverage {
        let (steps, segments) = (&self.shape.steps, template.segments());
        let common = steps.iter().zip(segments).enumerate();
        match segments.last() {
            Some(Segment::Rest { lead, .. }) => {
                let first = segments.len() - 1;
                let head = common.take(first).map(|(at, (step, segment))| step.covers(segment, at, template));
                head.fold(self.covers_rest(first, lead), Coverage::and)
            }
            _ if self.shape.admits(Some(segments.len())) => common
                .map(|(at, (step, segment))| step.covers(segment, at, template))
                .fold(Coverage::Always, Coverage::and),
            _ => Coverage::Never,
        }
    }

    /// How much of a catch-all behind `lead` is in the pattern, which may begin in the segment `first` or later.
    fn covers_rest(&self, first: usize, lead: &str) -> Coverage {
        let Some(step) = self.shape.steps.get(first) else { return Coverage::always(self.shape.deep) };
        let alone = first + 1 == self.shape.steps.len();
        match step {
            Step::Any if alone && self.shape.deep => Coverage::Always,
            Step::Any => Coverage::Sometimes,
            // The catch-all takes at least one character behind its lead, be it the next slash.
            Step::Literal(text) => {
                let longer = text.len() > lead.len() || !alone || self.shape.deep;
                Coverage::sometimes(text.starts_with(lead) && longer)
            }
        }
    }

    /// Whether some path is in both patterns.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (one, two) = (&self.shape, &other.shape);
        let length = one.length().or(two.length());
        let mut common = one.steps.iter().zip(&two.steps).enumerate();
        one.admits(length)
            && two.admits(length)
            && common.all(|(at, (one, two))| one.meets(two, length == Some(at + 1)))
    }
}

impl Shape {
    /// How many segments each path has; nothing when there may be more and more.
    fn length(&self) -> Option<usize> {
        (!self.deep).then_some(self.steps.len())
    }

    fn admits(&self, length: Option<usize>) -> bool {
        match length {
            Some(length) if self.deep => length >= self.steps.len(),
            Some(length) => length == self.steps.len(),
            None => true,
        }
    }
}

impl Step {
    fn takes(&self, segment: &str, last: bool) -> bool {
        match self {
            Self::Literal(text) => text == segment,
            Self::Any => !(last && segment.is_empty()),
        }
    }

    /// How many of the texts that `segment` stands for are this step's.
    fn covers(&self, segment: &Segment, at: usize, template: &Template) -> Coverage {
        match (self, segment) {
            (_, Segment::Literal(text)) => Coverage::always(self.takes(text, template.is_last(at))),
            (Self::Any, _) => Coverage::Always,
            (Self::Literal(text), Segment::Capture { lead, .. } | Segment::Rest { lead, .. }) => {
                Coverage::sometimes(template.takes(at, lead, text))
            }
        }
    }

    /// Whether some segment is both steps'.
    fn meets(&self, other: &Self, last: bool) -> bool {
        match (self, other) {
            (Self::Literal(one), Self::Literal(two)) => one == two,
            (Self::Literal(text), any) | (any, Self::Literal(text)) => any.takes(text, last),
            _ => true,
        }
    }
}

impl fmt::Display for Pattern {
    /// As it was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
#[path = "pattern_tests.rs"]
mod tests;
