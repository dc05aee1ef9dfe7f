//! The rules of single texts in the attributes of a gateway, a function each: what is wrong, with a caret under it.
//!
//! They are those that `velithon::gateway` has for the same text in `velithon.toml`; the test
//! `the_macros_and_the_configuration_refuse_the_same_text` holds the two equal.

mod balance;
mod edit;
mod number;
mod rewrite;
mod target;
#[cfg(test)]
mod tests;
mod word;

use std::ops::Range;

use syn::LitStr;

pub(super) use balance::{balance, share_key};
pub(super) use edit::{cookie_mark, field_name, header_mark, parameter_name, pattern, value};
pub(super) use number::{duration_or_off, durations, percentage, share, statuses};
pub(super) use rewrite::{Placeholder, host, path, placeholders, rewrite};
pub(super) use target::{Target, target};
pub(super) use word::{breaker, discover, encoded_slash, protocol, section};

/// A rule of one text.
pub(super) type Check = fn(&LitStr) -> syn::Result<()>;

/// Any text but none at all.
pub(super) fn some(literal: &LitStr) -> syn::Result<()> {
    if literal.value().trim().is_empty() {
        return Err(syn::Error::new(literal.span(), "this text is empty"));
    }
    Ok(())
}

/// A duration: `"30s"`.
pub(super) fn duration(literal: &LitStr) -> syn::Result<()> {
    crate::duration::parse(literal).map(drop)
}

/// A size: `"64KiB"`.
pub(super) fn size(literal: &LitStr) -> syn::Result<()> {
    crate::size::parse(literal).map(drop)
}

/// The character at `at` of `text`.
fn one(text: &str, at: usize) -> Range<usize> {
    at..at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}
