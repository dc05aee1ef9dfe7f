//! The path that the upstream sees, out of the one that was asked for.
//!
//! Bytes are kept as they came: nothing is decoded or encoded anew, and captures enter a rewrite still encoded. The query
//! is never touched here.

use http::uri::PathAndQuery;

use crate::route::Captures;

/// What happens to the path of a route.
#[derive(Debug, Clone)]
pub(crate) enum PathRule {
    /// It stays.
    Keep,
    /// All before what this capture took goes, but for the slash.
    Strip(usize),
    /// It is put together anew.
    Rewrite(Box<[Piece]>),
}

/// A part of a rewritten path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(Box<str>),
    /// What the template captured at this position.
    Capture(usize),
}

impl PathRule {
    /// Reads `rewrite = "/internal/{path}"` against the names that the template captures.
    ///
    /// # Errors
    /// The name that nothing captures.
    pub(crate) fn rewrite(text: &str, names: &[&str]) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            pieces.push(Piece::Text(before.into()));
            let (name, after) = after.split_once('}').ok_or_else(|| after.to_owned())?;
            let name = name.trim_start_matches('*');
            let index = names.iter().position(|own| *own == name).ok_or_else(|| name.to_owned())?;
            pieces.push(Piece::Capture(index));
            rest = after;
        }
        pieces.push(Piece::Text(rest.into()));
        pieces.retain(|piece| *piece != Piece::Text("".into()));
        Ok(Self::Rewrite(pieces.into()))
    }

    /// The path and query to send; nothing when those of the request do as they are.
    #[inline]
    pub(crate) fn apply(&self, asked: &PathAndQuery, captures: &Captures) -> Option<PathAndQuery> {
        let text = asked.as_str();
        match self {
            Self::Keep if is_plain(text) => None,
            Self::Keep => joined(&[text]),
            Self::Strip(index) => {
                let rest = captures.range(*index).map_or(asked.path().len(), |range| range.start);
                joined(&[&text[rest..]])
            }
            Self::Rewrite(pieces) => rewritten(pieces, asked, captures),
        }
    }
}

/// Whether a path begins with exactly one slash.
#[inline]
fn is_plain(text: &str) -> bool {
    matches!(text.as_bytes(), [b'/'] | [b'/', b'!'..=b'.' | b'0'.., ..])
}

fn rewritten(pieces: &[Piece], asked: &PathAndQuery, captures: &Captures) -> Option<PathAndQuery> {
    let path = asked.path();
    let mut parts: Vec<&str> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Capture(index) => captures.get(path, *index).unwrap_or_default(),
        })
        .collect();
    let query = asked.as_str().get(path.len()..).unwrap_or_default();
    parts.push(query);
    joined(&parts)
}

/// The parts behind exactly one slash: `//host/path` would be another authority.
fn joined(parts: &[&str]) -> Option<PathAndQuery> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>() + 1;
    let mut text = String::with_capacity(length);
    text.push('/');
    for part in parts {
        let part = if text.len() == 1 { part.trim_start_matches('/') } else { part };
        text.push_str(part);
    }
    PathAndQuery::from_maybe_shared(bytes::Bytes::from(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::record::Shape;
    use crate::gateway::route::templates;
    use crate::route::{Table, Template};

    /// What is sent for a path that a gateway at `at` takes.
    fn sent(rule: &PathRule, at: &str, asked: &str) -> String {
        let mut table = Table::default();
        for template in templates(at, Shape::Prefix) {
            table.insert(&Template::parse(&template).unwrap(), ()).unwrap();
        }
        let asked: PathAndQuery = asked.parse().unwrap();
        let captures = table.find(asked.path()).unwrap().captures;
        rule.apply(&asked, &captures).unwrap_or(asked).as_str().to_owned()
    }

    #[test]
    fn what_is_stripped_leaves_one_slash() {
        let cases = [
            ("/api", "/"),
            ("/api/", "/"),
            ("/api/x", "/x"),
            ("/api?x=1", "/?x=1"),
            ("/api//x", "/x"),
            ("/api/?", "/?"),
        ];
        for (asked, wanted) in cases {
            assert_eq!(sent(&PathRule::Strip(0), "/api", asked), wanted, "{asked}");
        }
        assert_eq!(sent(&PathRule::Strip(1), "/t/{tenant}", "/t/acme/x/y"), "/x/y");
    }

    #[test]
    fn nothing_that_begins_with_two_slashes_is_sent() {
        assert_eq!(sent(&PathRule::Keep, "/", "//evil.example/x"), "/evil.example/x");
        assert_eq!(sent(&PathRule::Keep, "/", "///"), "/");
        assert_eq!(sent(&PathRule::Strip(0), "/api", "/api//evil.example/x"), "/evil.example/x");
    }

    #[test]
    fn bytes_and_query_stay_as_they_came() {
        for asked in ["/a%20b%2Fc%252F", "/?a=1&a=2&b=%2B&c=+&d&=&%zz", "/x?", "/;p=1/x.", "/"] {
            assert_eq!(sent(&PathRule::Keep, "/", asked), asked);
        }
    }

    #[test]
    fn the_rest_behind_a_prefix_can_be_put_elsewhere() {
        let rule = PathRule::rewrite("/internal/{path}", &["path"]).unwrap();
        assert_eq!(sent(&rule, "/api", "/api/a/b?q"), "/internal/a/b?q");
        assert_eq!(sent(&rule, "/api", "/api"), "/internal/");
        assert_eq!(PathRule::rewrite("/x/{id}", &["idx"]).unwrap_err(), "id");
    }
}
