//! Path patterns of middleware, checked at expansion: `#[middleware(path = "/api/**")]`.
//!
//! The record carries the text, and the plan reads it again; here it is only refused where it is written.

use syn::LitStr;

use crate::grammar;
use crate::path::told;

/// The text of a pattern without flaws, or all its flaws, each with carets under the characters it concerns.
pub(crate) fn pattern(literal: &LitStr) -> syn::Result<String> {
    let text = literal.value();
    match grammar::pattern(&text) {
        Ok(_) => Ok(text),
        Err(flaws) => Err(told(&text, literal.span(), flaws)),
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = pattern(&LitStr::new(text, Span::call_site())).unwrap_err();
        assert_eq!(error.into_iter().map(|error| error.to_string()).collect::<Vec<_>>(), [expected.trim()]);
    }

    #[test]
    fn a_pattern_keeps_its_text() {
        let read = |text| pattern(&LitStr::new(text, Span::call_site())).ok();
        assert_eq!(read("/api/**").as_deref(), Some("/api/**"));
        assert_eq!(read("/api/*/x").as_deref(), Some("/api/*/x"));
    }

    #[test]
    fn two_stars_that_are_not_last() {
        refused(
            "/api/**/x",
            "
`**` must be the last segment of a pattern
  /api/**/x
       ^^
it takes the rest of the path
help: write `/api/*/x` for one segment, or `/api/**` for all below",
        );
    }

    #[test]
    fn a_star_that_is_part_of_a_segment() {
        refused(
            "/api*",
            "
`*` stands for a whole segment
  /api*
   ^^^^
help: write `/api/**` for all below, or `/*` for any one segment",
        );
    }

    #[test]
    fn a_capture_in_a_pattern() {
        refused(
            "/users/{id}/posts",
            "
a pattern captures nothing
  /users/{id}/posts
         ^^^^
it only chooses the paths that a middleware sees
help: write `/users/*/posts`",
        );
        refused(
            "/files/{*rest}",
            "
a pattern captures nothing
  /files/{*rest}
         ^^^^^^^
it only chooses the paths that a middleware sees
help: write `/files/**`",
        );
    }
}
