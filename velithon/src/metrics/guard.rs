//! What keeps memory bounded: limits on series, names and the length of values, and how names become legal.
//!
//! Everything a program or a client can vary passes through here before it is kept. The limits are not settings: a
//! scraper suffers from too many series before the process does.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use crate::route::current;

/// Series of one metric, besides the one that takes what is beyond.
pub(crate) const SERIES: usize = 2000;

/// Names that the application makes up, besides those of velithon.
pub(crate) const NAMES: usize = 500;

/// Bytes of a label's value; the rest is cut off.
pub(crate) const VALUE_BYTES: usize = 128;

/// Bytes of a name.
const NAME_BYTES: usize = 128;

/// The one label of the series for what is beyond a limit.
pub(crate) const OVERFLOW: (&str, &str) = ("velithon_overflow", "true");

/// A legal name of a metric: letters, digits and `_`, not a digit first.
///
/// A colon is legal too, but reserved for rules of the scraper.
pub(crate) fn metric(name: &str) -> Cow<'_, str> {
    legal(cut(name, NAME_BYTES))
}

/// A legal name of a label. Those that the text format needs for itself are put aside, as a scraper would.
pub(crate) fn label(name: &str) -> Cow<'_, str> {
    match legal(cut(name, NAME_BYTES)) {
        name if matches!(&*name, "le" | "quantile") || name.starts_with("__") => {
            Cow::Owned(format!("exported_{}", name.trim_start_matches('_')))
        }
        name => name,
    }
}

/// At most the given number of bytes, and no half characters.
pub(crate) fn value(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(cut(text, VALUE_BYTES)),
        Cow::Owned(mut text) => {
            text.truncate(cut(&text, VALUE_BYTES).len());
            Cow::Owned(text)
        }
    }
}

fn legal(name: &str) -> Cow<'_, str> {
    let fine = |(index, c): (usize, char)| c == '_' || c.is_ascii_alphabetic() || (index > 0 && c.is_ascii_digit());
    if !name.is_empty() && name.char_indices().all(fine) {
        return Cow::Borrowed(name);
    }
    let first = if name.starts_with(|c: char| !c.is_ascii_digit()) { "" } else { "_" };
    let kept = |c: char| if c == '_' || c.is_ascii_alphanumeric() { c } else { '_' };
    Cow::Owned(first.chars().chain(name.chars().map(kept)).collect())
}

fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The templates of the targets of the application, by their position; known once it is assembled.
pub(crate) type Routes = OnceLock<Box<[Arc<str>]>>;

/// What went beyond a limit, or cannot be recorded; told once each, with where it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Warning {
    /// A metric has too many series.
    Series { metric: String },
    /// There are too many names.
    Names { metric: String },
    /// A name that is taken by a metric of another kind.
    Taken { metric: String, by: String },
}

impl Warning {
    /// Writes it to the log. Nothing may be locked: who listens to the log may record metrics.
    #[cold]
    pub(crate) fn tell(&self, routes: &Routes) {
        let route = match (current::target(), routes.get()) {
            (Some(target), Some(routes)) => routes.get(target).map(|route| &**route).unwrap_or_default(),
            _ => "(outside of a request)",
        };
        match self {
            Self::Series { metric } => tracing::warn!(
                metric,
                route,
                limit = SERIES,
                "a metric has more series than allowed; further ones are added up under velithon_overflow=\"true\". \
                 help: label by something of which there are few, not by ids, paths or texts of users"
            ),
            Self::Names { metric } => tracing::warn!(
                metric,
                route,
                limit = NAMES,
                "there are more names of metrics than allowed; further ones are added up as velithon_overflow. \
                 help: put what varies into a label"
            ),
            Self::Taken { metric, by } => tracing::warn!(
                metric,
                route,
                by,
                "a metric was not recorded, since its name is taken by one of another kind. help: give it another name"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_becomes_an_underscore() {
        assert_eq!(metric("purchase.duration"), "purchase_duration");
    }

    #[test]
    fn every_name_becomes_legal() {
        for (typed, legal) in [("", "_"), ("2fast", "_2fast"), ("größe", "gr__e"), ("a:b c", "a_b_c"), ("ok_1", "ok_1")]
        {
            assert_eq!(metric(typed), legal, "{typed}");
        }
    }

    #[test]
    fn labels_of_the_format_itself_are_put_aside() {
        assert_eq!(label("le"), "exported_le");
        assert_eq!(label("__name__"), "exported_name__");
        assert_eq!(label("level"), "level");
    }

    #[test]
    fn a_value_is_cut_between_characters() {
        let long = "ä".repeat(100);
        assert_eq!(value(Cow::Borrowed(&long)).len(), 128);
        let odd = format!("x{long}");
        assert_eq!(value(Cow::Owned(odd)).len(), 127);
    }
}
