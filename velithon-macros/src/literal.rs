//! Points into a literal: stable compilers give it one span, so the message draws its own caret under the text.

use std::ops::Range;

use syn::LitStr;

use crate::faults::message;

/// The fault of the bytes `at` of the text of `literal`.
pub(crate) fn fault(literal: &LitStr, at: Range<usize>, what: impl std::fmt::Display, help: &str) -> syn::Error {
    let text = literal.value();
    syn::Error::new(literal.span(), message(what, &pointed(&text, at), help))
}

/// The text with carets below; a text of several lines has none, since they would point at the wrong one.
fn pointed(text: &str, at: Range<usize>) -> String {
    if text.is_empty() || text.contains(char::is_control) {
        return String::new();
    }
    let before = text.get(..at.start).unwrap_or(text).chars().count();
    let under = text.get(at).map_or(1, |part| part.chars().count()).max(1);
    format!("    {text}\n    {}{}", " ".repeat(before), "^".repeat(under))
}

/// Where `part` of `whole` begins and ends: both have to be slices of one text.
pub(crate) fn range(whole: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize).min(whole.len());
    start..(start + part.len()).min(whole.len())
}
