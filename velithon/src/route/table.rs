//! Finds the template that a request's path matches, and where its captures lie in that path.
//!
//! Paths without captures stand in lists by their length. The others stand in `matchit` trees, as a rule in
//! one: only where a capture and a catch-all share a place, as in `/{id}` and `/{*path}`, does that tree refuse the second,
//! which then opens another. Each tree knows its own best answer and [`Template::precedence`] the best of these, so that
//! static text beats a capture and a capture beats a catch-all, from the left, whatever stands in the table.
//!
//! The table knows no methods and no handlers: it holds one value per path, whatever that is.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use smallvec::SmallVec;

use super::template::Template;

/// Templates, each with its value.
#[derive(Debug, Clone)]
pub struct Table<T> {
    entries: Vec<(Template, T)>,
    /// Normalised template to entry.
    known: HashMap<String, usize>,
    fixed: Fixed,
    trees: Vec<matchit::Router<usize>>,
}

/// What a path has found.
#[derive(Debug)]
pub struct Found<'t, T> {
    /// The value that was inserted with the template.
    pub value: &'t T,
    /// The template that matched.
    pub template: &'t Template,
    /// What it captured.
    pub captures: Captures,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Table<T> {
    /// A table that matches nothing.
    pub fn new() -> Self {
        Self { entries: Vec::new(), known: HashMap::new(), fixed: Fixed::default(), trees: Vec::new() }
    }

    /// Adds a template; any two that differ in more than names go together.
    ///
    /// # Errors
    /// [`Conflict`] when a template that matches the same paths is there; `value` is dropped. To add to its value
    /// instead, ask [`get_mut`](Self::get_mut) first.
    pub fn insert(&mut self, template: &Template, value: T) -> Result<(), Conflict> {
        let normalised = template.normalised();
        if let Some(&there) = self.known.get(&normalised) {
            return Err(Conflict::new(template, &self.entries[there].0));
        }
        let index = self.entries.len();
        match template.fixed() {
            Some(path) => self.fixed.insert(path, index),
            None => self.grow(template, index)?,
        }
        self.known.insert(normalised, index);
        self.entries.push((template.clone(), value));
        Ok(())
    }

    /// The value of the template that matches the same paths as `template`.
    pub fn get_mut(&mut self, template: &Template) -> Option<&mut T> {
        let index = *self.known.get(&template.normalised())?;
        self.entries.get_mut(index).map(|(_, value)| value)
    }

    /// All templates and values, in the order of their insertion.
    pub fn iter(&self) -> impl Iterator<Item = (&Template, &T)> {
        self.entries.iter().map(|(template, value)| (template, value))
    }

    /// The entry for a request's path, undecoded and without its query.
    ///
    /// A path of 4 GiB or more matches nothing that captures.
    pub fn find(&self, path: &str) -> Option<Found<'_, T>> {
        if let Some(index) = self.fixed.find(path) {
            return self.found(index, Captures::default());
        }
        let answers = self.trees.iter().filter_map(|tree| tree.at(path).ok());
        let first = answers.reduce(|one, two| match self.precedence(*one.value, *two.value) {
            Ordering::Greater => two,
            _ => one,
        })?;
        let captures = Captures::of(path, first.params.iter().map(|(_, value)| value))?;
        self.found(*first.value, captures)
    }

    fn found(&self, index: usize, captures: Captures) -> Option<Found<'_, T>> {
        self.entries.get(index).map(|(template, value)| Found { value, template, captures })
    }

    /// Puts a template that captures into the first tree that takes it.
    fn grow(&mut self, template: &Template, index: usize) -> Result<(), Conflict> {
        // Names are kept by the entry; in the tree they only cost.
        let text = template.named(|_| "x");
        if self.trees.iter_mut().any(|tree| tree.insert(text.as_str(), index).is_ok()) {
            return Ok(());
        }
        let mut tree = matchit::Router::new();
        tree.insert(text, index).map_err(|error| Conflict::new(template, &error))?;
        self.trees.push(tree);
        Ok(())
    }

    fn precedence(&self, one: usize, two: usize) -> Ordering {
        self.entries[one].0.precedence(&self.entries[two].0)
    }
}

/// Paths without captures: for each length, those of that length, sorted.
///
/// A hit takes half the time of the tree, whose branches then hold captures only. Nothing a client sends makes it slow.
#[derive(Debug, Clone, Default)]
struct Fixed(Vec<Vec<(Box<str>, usize)>>);

impl Fixed {
    fn insert(&mut self, path: String, index: usize) {
        if self.0.len() <= path.len() {
            self.0.resize_with(path.len() + 1, Vec::new);
        }
        let alike = &mut self.0[path.len()];
        let place = alike.partition_point(|(own, _)| **own < *path);
        alike.insert(place, (path.into_boxed_str(), index));
    }

    fn find(&self, path: &str) -> Option<usize> {
        let alike = self.0.get(path.len())?;
        let place = alike.binary_search_by(|(own, _)| (**own).cmp(path)).ok()?;
        Some(alike[place].1)
    }
}

/// Where the captures of a template lie in the path that matched it, in the order of
/// [`Template::captures`]; names are the template's affair.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captures(SmallVec<[(u32, u32); 4]>);

impl Captures {
    pub(super) const NONE: Self = Self(SmallVec::new_const());

    /// The places of `values`, which are slices of `path`; nothing when the path is too long to say.
    fn of<'p>(path: &'p str, values: impl Iterator<Item = &'p str>) -> Option<Self> {
        let place = |value: &str| {
            let start = value.as_ptr().addr().checked_sub(path.as_ptr().addr())?;
            Some((u32::try_from(start).ok()?, u32::try_from(start + value.len()).ok()?))
        };
        values.map(place).collect::<Option<_>>().map(Self)
    }

    /// The same captures in the path of which only the bytes at `places` were matched.
    pub(super) fn moved(&self, places: &[usize]) -> Self {
        let place = |at: u32| places.get(at as usize).and_then(|place| u32::try_from(*place).ok());
        let moved = self.0.iter().map(|&(start, end)| {
            let first = place(start).unwrap_or(start);
            // Ends lie behind their last byte; a capture without bytes ends where it begins.
            let behind = end.checked_sub(1).filter(|last| *last >= start).and_then(place);
            (first, behind.map_or(first, |last| last + 1))
        });
        Self(moved.collect())
    }

    /// How many there are: as many as the template has names.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the template captures nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes of the path that the capture at `index` took.
    pub fn range(&self, index: usize) -> Option<Range<usize>> {
        self.0.get(index).map(|&(start, end)| start as usize..end as usize)
    }

    /// What the capture at `index` took of `path`, the very path that was found; undecoded, see [`decode`].
    pub fn get<'p>(&self, path: &'p str, index: usize) -> Option<&'p str> {
        path.get(self.range(index)?)
    }

    /// What each capture took of `path`, undecoded.
    pub fn iter<'p>(&self, path: &'p str) -> impl Iterator<Item = &'p str> {
        (0..self.len()).filter_map(move |index| self.get(path, index))
    }
}

/// Percent-decodes a capture, once: `%2520` is `%20`. A percent sign without two hexadecimal digits stands for itself,
/// and so does `+` (RFC 3986, section 2.1).
///
/// # Errors
/// [`InvalidUtf8`] when the decoded bytes are no text.
pub fn decode(capture: &str) -> Result<Cow<'_, str>, InvalidUtf8> {
    percent_encoding::percent_decode_str(capture).decode_utf8().map_err(|_| InvalidUtf8)
}

/// A percent-encoded value whose bytes are not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidUtf8;

impl fmt::Display for InvalidUtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is not UTF-8 once percent-decoded")
    }
}

impl std::error::Error for InvalidUtf8 {}

/// Two templates that match the same paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The template that was to be inserted.
    pub new: String,
    /// The one that stands in the table.
    pub old: String,
}

impl Conflict {
    fn new(new: &Template, old: &impl fmt::Display) -> Self {
        Self { new: new.to_string(), old: old.to_string() }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` matches the same paths as `{}`", self.new, self.old)
    }
}

impl std::error::Error for Conflict {}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
