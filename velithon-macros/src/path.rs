//! Path templates in attributes, checked at expansion: `#[get("/users/{id}")]`, `#[routes(prefix = "/api")]`.
//!
//! A literal goes in, its captures come out, or every flaw of it at once. Stable Rust has no span inside a literal, so a
//! message draws the path and its own carets; the error's span is the literal.
//!
//! Nothing here asks whether captures and arguments agree: that is the `check.rs` of the macro that knows the function.

use std::ops::Range;

use proc_macro2::Span;
use syn::LitStr;

use crate::faults::Faults;
use crate::grammar::{self, Flaw, Segment};

/// A template without flaws, and where it was written.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    text: String,
    span: Span,
    segments: Vec<Segment>,
}

/// One `{name}` or `{*name}` of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Capture<'p> {
    /// As written; an argument `r#type` binds `type`.
    pub(crate) name: &'p str,
    /// Whether it takes the rest of the path.
    pub(crate) rest: bool,
    /// Its characters in the text of the path, braces included.
    pub(crate) at: Range<usize>,
}

impl Path {
    /// Reads the path of a route.
    pub(crate) fn parse(literal: &LitStr) -> syn::Result<Self> {
        Self::read(literal.value(), literal.span(), grammar::template)
    }

    /// Reads a path that others are put behind: no slash at its end, no catch-all.
    pub(crate) fn prefix(literal: &LitStr) -> syn::Result<Self> {
        Self::read(literal.value(), literal.span(), grammar::prefix)
    }

    /// This path behind `prefix`: `/` behind `/api` is `/api`. The span stays this path's.
    ///
    /// Fails when both capture one name, or capture too much together.
    pub(crate) fn join(&self, prefix: &Self) -> syn::Result<Self> {
        Self::read(grammar::joined(&prefix.text, &self.text), self.span, grammar::template)
    }

    /// The template as it was written, behind its prefixes.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The span of the literal.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// The captures, in the order of the path.
    pub(crate) fn captures(&self) -> impl Iterator<Item = Capture<'_>> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Capture { name, at, .. } => Some(Capture { name, rest: false, at: at.clone() }),
            Segment::Rest { name, at, .. } => Some(Capture { name, rest: true, at: at.clone() }),
        })
    }

    /// The template without names, the key of a route: `/users/{}`, `/files/{*}`.
    pub(crate) fn normalised(&self) -> String {
        let mut text = self.text.clone();
        for capture in self.captures().collect::<Vec<_>>().into_iter().rev() {
            text.replace_range(capture.at, if capture.rest { "{*}" } else { "{}" });
        }
        text
    }

    /// The path on a line, and carets under `at`: for the message of a fault that concerns a part of it.
    pub(crate) fn draw(&self, at: &Range<usize>) -> String {
        grammar::draw(&self.text, at)
    }

    fn read(text: String, span: Span, read: fn(&str) -> Result<Vec<Segment>, Vec<Flaw>>) -> syn::Result<Self> {
        let segments = read(&text).map_err(|flaws| told(&text, span, flaws))?;
        Ok(Self { text, span, segments })
    }
}

/// All flaws of one literal, each with its own carets.
pub(crate) fn told(text: &str, span: Span, flaws: Vec<Flaw>) -> syn::Error {
    let mut faults = Faults::new();
    for flaw in flaws {
        faults.push(span, flaw.message(text));
    }
    faults.combined().unwrap_or_else(|| syn::Error::new(span, "this is not a path"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::cases;

    fn literal(text: &str) -> LitStr {
        LitStr::new(text, Span::call_site())
    }

    fn path(text: &str) -> Path {
        Path::parse(&literal(text)).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The messages of all faults, one after the other.
    fn messages(error: syn::Error) -> Vec<String> {
        error.into_iter().map(|error| error.to_string()).collect()
    }

    /// Checks that `text` has one fault, which reads `expected`.
    #[track_caller]
    fn refused(text: &str, expected: &str) {
        assert_eq!(messages(Path::parse(&literal(text)).unwrap_err()), [expected.trim()]);
    }

    #[test]
    fn the_shared_cases_hold() {
        cases::hold(include_str!("path_cases.txt"));
    }

    #[test]
    fn captures_are_told_with_their_place() {
        let path = path("/v{version}/files/{*path}");
        let captures: Vec<_> = path.captures().collect();
        assert_eq!(captures[0], Capture { name: "version", rest: false, at: 2..11 });
        assert_eq!(captures[1], Capture { name: "path", rest: true, at: 18..25 });
        assert_eq!(path.normalised(), "/v{}/files/{*}");
        assert_eq!(path.draw(&captures[1].at), "  /v{version}/files/{*path}\n                    ^^^^^^^");
    }

    #[test]
    fn a_path_is_joined_to_its_prefix() {
        let api = Path::prefix(&literal("/{tenant}/api")).unwrap();
        assert_eq!(path("/users/{id}").join(&api).unwrap().as_str(), "/{tenant}/api/users/{id}");
        assert_eq!(path("/").join(&api).unwrap().normalised(), "/{}/api");
        let twice = path("/{tenant}").join(&api).unwrap_err().to_string();
        assert!(
            twice.starts_with("`tenant` is captured twice\n  /{tenant}/api/{tenant}\n                ^^^^^^^^\n"),
            "{twice}"
        );
    }

    #[test]
    fn a_prefix_is_refused_with_a_slash_or_a_catch_all_at_its_end() {
        let messages = |text| messages(Path::prefix(&literal(text)).unwrap_err());
        let slash = "\
a prefix does not end with `/`
  /api/
      ^
the paths behind it begin with a slash of their own
help: write `/api`";
        assert_eq!(messages("/api/"), [slash]);
        assert!(messages("/")[0].ends_with("help: leave the prefix out"));
        let open = "\
a prefix cannot hold `{*all}`
  /api/{*all}
       ^^^^^^
it takes the rest of the path, so nothing can stand behind it
help: write `/api/{all}`";
        assert_eq!(messages("/api/{*all}"), [open]);
    }

    #[test]
    fn all_faults_of_a_literal_are_told_at_once() {
        let told = messages(Path::parse(&literal("users//{id}/{id}.json")).unwrap_err());
        let first: Vec<&str> = told.iter().filter_map(|message| message.lines().next()).collect();
        assert_eq!(
            first,
            [
                "a path starts with `/`",
                "a path has no empty segment",
                "`id` is captured twice",
                "nothing can follow `{id}` in its segment"
            ]
        );
    }

    #[test]
    fn carets_count_characters_and_stand_on_one_line() {
        assert_eq!(grammar::draw("/ü/é", &(4..6)), "  /ü/é\n     ^");
        assert_eq!(grammar::draw("/a\nb", &(2..3)), "  /a\u{fffd}b\n    ^");
        assert_eq!(grammar::draw("", &(0..0)), "  \n  ^");
    }

    #[test]
    fn a_path_that_does_not_start_with_a_slash() {
        refused(
            "users/{id}",
            "
a path starts with `/`
  users/{id}
  ^
help: write `/users/{id}`",
        );
    }

    #[test]
    fn an_empty_segment() {
        refused(
            "/a///b",
            "
a path has no empty segment
  /a///b
    ^^^
clients and proxies differ on whether `//` is one slash
help: write `/a/b`",
        );
    }

    #[test]
    fn a_catch_all_that_is_not_last() {
        refused(
            "/files/{*rest}/meta",
            "
`{*rest}` must be the last segment of a path
  /files/{*rest}/meta
         ^^^^^^^
it takes the rest of the path
help: write `/files/{rest}/meta`, or end the path with `{*rest}`",
        );
    }

    #[test]
    fn a_name_captured_twice() {
        refused(
            "/users/{id}/posts/{id}",
            "
`id` is captured twice
  /users/{id}/posts/{id}
                    ^^^^
each capture lands in an argument of its own
help: name them apart, as `{id}` and `{other_id}`",
        );
    }

    #[test]
    fn text_behind_a_capture() {
        refused(
            "/files/{name}.json",
            "
nothing can follow `{name}` in its segment
  /files/{name}.json
               ^^^^^
a capture takes everything up to the next `/`
help: write `/files/{name}`, and take `.json` off the value",
        );
    }

    #[test]
    fn two_captures_in_one_segment() {
        refused(
            "/{year}-{month}",
            "
nothing can follow `{year}` in its segment
  /{year}-{month}
         ^^^^^^^^
a capture takes everything up to the next `/`
help: write `/{year}/{month}`, or capture both as one and split the value",
        );
    }

    #[test]
    fn an_open_brace() {
        refused(
            "/users/{id",
            "
this `{` is not closed in its segment
  /users/{id
         ^^^
help: write `{id}`, or `{{` for a literal brace",
        );
    }

    #[test]
    fn a_closing_brace_alone() {
        refused(
            "/users/id}",
            "
this `}` closes nothing
  /users/id}
           ^
help: write `/users/id}}` for a literal brace",
        );
    }

    #[test]
    fn a_capture_without_a_name() {
        refused(
            "/users/{}",
            "
a capture needs a name
  /users/{}
         ^^
help: write `/users/{id}`",
        );
    }

    #[test]
    fn a_capture_whose_name_no_argument_can_have() {
        refused(
            "/users/{id:u64}",
            "
`id:u64` cannot name an argument
  /users/{id:u64}
         ^^^^^^^^
a capture lands in the argument of its name, and that argument's type says what it accepts
help: write `/users/{id}`",
        );
    }

    #[test]
    fn the_captures_of_other_frameworks() {
        let told = |text, carets, help| {
            refused(text, &format!("a capture is written in braces\n  {text}\n  {carets}\nhelp: write `{help}`"));
        };
        told("/users/:id", "       ^^^", "/users/{id}");
        told("/users/<id>/x", "       ^^^^", "/users/{id}/x");
        told("/files/*", "       ^", "/files/{*path}");
    }

    #[test]
    fn a_segment_that_clients_resolve() {
        refused(
            "/a/../b",
            "
`..` is not a segment of its own
  /a/../b
     ^^
clients resolve it before they send the path, so no request reaches it
help: write the path it leads to",
        );
    }

    #[test]
    fn a_query_in_a_path() {
        refused(
            "/search?q=a/b",
            "
a path ends before `?`
  /search?q=a/b
         ^^^^^^
the query is no part of it
help: write `/search`, and take `#[query] q` as an argument",
        );
        refused(
            "/page#top",
            "
a path ends before `#`
  /page#top
       ^^^^
clients never send a fragment
help: write `/page`",
        );
    }

    #[test]
    fn literal_text_in_another_spelling_than_clients_send() {
        refused(
            "/café",
            "
`é` is percent-encoded in a path
  /café
      ^
paths are compared as clients send them
help: write `/caf%C3%A9`",
        );
        refused(
            "/caf%c3%A9",
            "
`%c3` is written `%C3`
  /caf%c3%A9
      ^^^
paths are compared as clients send them (RFC 3986, 6.2.2)
help: write `/caf%C3%A9`",
        );
        refused(
            "/100%",
            "
`%` is followed by two hexadecimal digits
  /100%
      ^
help: write `/100%25` for a percent sign",
        );
        refused(
            r"/a\b",
            r"
segments are parted by `/`
  /a\b
    ^
browsers turn `\` into `/`
help: write `/a/b`",
        );
    }

    #[test]
    fn more_captures_than_the_matcher_counts() {
        let text: String = ('a'..='z').map(|name| format!("/{{{name}}}")).collect();
        let told = messages(Path::parse(&literal(&text)).unwrap_err());
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("a path has at most 25 captures\n"));
        assert!(told[0].ends_with("\nhelp: capture the rest of the path as one: `{*path}`"));
    }
}
