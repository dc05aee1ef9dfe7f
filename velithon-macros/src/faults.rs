//! Gathers every fault of an item, so that mending one does not uncover the next on the following build.
//!
//! A message has up to three parts: what is wrong, why it cannot work, and a `help:` with something to type.
//! Nothing here decides what a fault is; the `check.rs` of each macro does.

use proc_macro2::{Span, TokenStream};

/// The faults found so far in one item.
#[derive(Default)]
pub(crate) struct Faults(Vec<syn::Error>);

impl Faults {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a fault at `span`.
    pub(crate) fn push(&mut self, span: Span, message: impl std::fmt::Display) {
        self.0.push(syn::Error::new(span, message));
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds what rules reported.
    pub(crate) fn extend(&mut self, errors: impl IntoIterator<Item = syn::Error>) {
        self.0.extend(errors);
    }

    /// Adds what a parser reported.
    pub(crate) fn error(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// Keeps the value of a part that may have failed.
    pub(crate) fn keep<T>(&mut self, part: syn::Result<T>) -> Option<T> {
        part.map_err(|error| self.0.push(error)).ok()
    }

    /// `value` when nothing was wrong, all faults otherwise.
    pub(crate) fn or<T>(self, value: T) -> syn::Result<T> {
        match self.combined() {
            Some(error) => Err(error),
            None => Ok(value),
        }
    }

    /// All faults as one error, or nothing.
    pub(crate) fn combined(self) -> Option<syn::Error> {
        self.0.into_iter().reduce(|mut all, next| {
            all.combine(next);
            all
        })
    }
}

/// The item beside its faults: an editor goes on completing the body of a function whose attribute is wrong.
pub(crate) fn beside(item: TokenStream, faults: &syn::Error) -> TokenStream {
    let mut tokens = item;
    tokens.extend(faults.to_compile_error());
    tokens
}

/// `what`, then why, then what to type; `why` may be empty.
pub(crate) fn message(what: impl std::fmt::Display, why: &str, help: impl std::fmt::Display) -> String {
    if why.is_empty() { format!("{what}\nhelp: {help}") } else { format!("{what}\n{why}\nhelp: {help}") }
}

/// The name out of `known` that `typed` most likely meant.
pub(crate) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(typed, name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// The fault of a key that an attribute does not have.
pub(crate) fn unknown_key(attribute: &str, key: &syn::Ident, known: &[&str]) -> syn::Error {
    let typed = key.to_string();
    let keys = if known.len() == 1 { "key" } else { "keys" };
    let known_keys = format!("`#[{attribute}]` has the {keys} {}", list(known));
    let help = match nearest(&typed, known.iter().copied()) {
        Some(name) => format!("write `{name}`; {known_keys}"),
        None => known_keys,
    };
    syn::Error::new(key.span(), message(format_args!("`#[{attribute}]` has no key `{typed}`"), "", help))
}

/// `a`, `b` and `c`.
pub(crate) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and `{last}`", first.join(", "))
        }
    }
}
