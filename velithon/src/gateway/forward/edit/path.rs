//! `path_regex`: a pattern over the path as it came, still encoded.

use http::Uri;
use regex_lite::Regex;

use super::replace;

/// A pattern and what takes its place.
#[derive(Debug)]
pub(super) struct Replacement {
    pattern: Regex,
    with: Box<str>,
}

impl Replacement {
    pub(super) fn new(pattern: &str, with: &str) -> Result<Self, String> {
        let pattern = Regex::new(pattern).map_err(|error| format!("`{pattern}` is no regular expression: {error}"))?;
        Ok(Self { pattern, with: with.into() })
    }

    /// Replaces the first match; a path that would not begin with one slash, or is no path, stays as it was.
    pub(super) fn apply(&self, uri: &mut Uri) {
        let path = uri.path();
        if !self.pattern.is_match(path) {
            return;
        }
        let replaced = self.pattern.replace(path, &*self.with);
        let replaced = format!("/{}", replaced.trim_start_matches('/'));
        let whole = match uri.query() {
            Some(query) => format!("{replaced}?{query}"),
            None => replaced,
        };
        replace(uri, whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_a_pattern_are_put_elsewhere_and_the_query_stays() {
        let replacement = Replacement::new("^/v([0-9]+)/(.*)$", "//api/$1/$2").unwrap();
        let mut uri = Uri::from_static("/v2/a%2Fb?x=1");
        replacement.apply(&mut uri);
        assert_eq!(uri, "/api/2/a%2Fb?x=1");
        let mut other = Uri::from_static("/w2/a");
        replacement.apply(&mut other);
        assert_eq!(other, "/w2/a");
    }
}
