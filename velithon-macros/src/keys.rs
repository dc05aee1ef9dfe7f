//! `key = value, ..` inside an attribute, read before anyone asks what a value means.
//!
//! [`pairs`] refuses what has no key, an unknown key or the same key twice; the rest goes to the `parse.rs` of the macro,
//! which reads each value with [`each`] and [`text`].

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, LitStr, Token};

use crate::faults::{Faults, list, message, unknown_key};

/// One `key = value`.
pub(crate) struct Pair {
    pub(crate) key: Ident,
    pub(crate) value: Expr,
}

/// One entry as it stands there; a value without a key is told with the keys that exist.
enum Entry {
    Pair(Pair),
    Keyless(Expr),
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let key = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            return Ok(Self::Pair(Pair { key, value: input.parse()? }));
        }
        input.parse().map(Self::Keyless)
    }
}

/// The pairs of `#[attribute(..)]` whose keys are `known`, in the order in which they were written.
pub(crate) fn pairs(attribute: &str, tokens: TokenStream, known: &[&str], faults: &mut Faults) -> Vec<Pair> {
    let entries = Punctuated::<Entry, Token![,]>::parse_terminated.parse2(tokens);
    let mut pairs: Vec<Pair> = Vec::new();
    for entry in faults.keep(entries).into_iter().flatten() {
        match entry {
            Entry::Keyless(value) => faults.push(value.span(), keyless(attribute, known)),
            Entry::Pair(pair) if !known.iter().any(|name| pair.key == name) => {
                faults.error(unknown_key(attribute, &pair.key, known));
            }
            Entry::Pair(pair) if pairs.iter().any(|other| other.key == pair.key) => {
                let what = format_args!("`{}` is written twice", pair.key);
                faults.push(pair.key.span(), message(what, "", format_args!("keep one `{} = ..`", pair.key)));
            }
            Entry::Pair(pair) => pairs.push(pair),
        }
    }
    pairs
}

fn keyless(attribute: &str, known: &[&str]) -> String {
    let what = format_args!("`#[{attribute}]` takes `key = value`");
    let noun = if known.len() == 1 { "key is" } else { "keys are" };
    message(what, "", format_args!("write the key in front of the value; its {noun} {}", list(known)))
}

/// One value or a list: `x` and `[x, y]` are both written where a key takes several.
pub(crate) fn each(value: Expr) -> Vec<Expr> {
    match ungrouped(value) {
        Expr::Array(array) => array.elems.into_iter().map(ungrouped).collect(),
        one => vec![one],
    }
}

/// The string literal of `key`; `example` shows a right one.
pub(crate) fn text(key: &Ident, value: &Expr, example: &str) -> syn::Result<LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text.clone()),
        other => {
            let what = format_args!("`{key}` takes a string literal");
            Err(syn::Error::new(other.span(), message(what, "", format_args!("write `{key} = \"{example}\"`"))))
        }
    }
}

/// A value that came through a `macro_rules!` macro stands in a group without delimiters.
pub(crate) fn ungrouped(value: Expr) -> Expr {
    match value {
        Expr::Group(group) => ungrouped(*group.expr),
        other => other,
    }
}
