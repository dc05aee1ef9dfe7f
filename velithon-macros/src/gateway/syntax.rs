//! What stands in the parentheses of `#[upstream(..)]` and `#[gateway(..)]`, before anyone asks what it means.
//!
//! An [`Entry`] is a key with nothing, a value or further entries behind it: `strip_prefix`, `retries = 2`,
//! `timeout(connect = "2s")`. Which keys exist and what they take is `schema`'s question.

use proc_macro2::{Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Path, Token, UnOp, token};

use crate::faults::{Faults, message};
use crate::keys::ungrouped;
use crate::route::options::{Host, Options};

/// A key and what is written behind it.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key: Path,
    pub(super) written: Written,
}

/// What stands behind a key.
#[derive(Clone)]
pub(super) enum Written {
    /// Nothing: the key alone says it.
    Alone,
    /// `= value`
    Value(Value),
    /// `(.., ..)`
    Items(Vec<Item>),
}

/// One part of a pair of parentheses.
#[derive(Clone)]
pub(super) enum Item {
    Entry(Entry),
    /// A value that has no key of its own: `remove("server")`.
    Value(Value),
}

/// A value as it was written.
#[derive(Clone)]
pub(super) enum Value {
    Text(LitStr),
    Integer(i64, Span),
    Bool(bool, Span),
    List(Vec<Value>, Span),
    /// The name of a type, a function or a constant.
    Name(Path),
    /// Anything else, a closure for example.
    Code(Expr),
}

impl Entry {
    /// Reads `key = value, ..` to the end of the input; what cannot be read is told, and the next entry read.
    pub(super) fn all(input: ParseStream<'_>, faults: &mut Faults) -> Vec<Self> {
        let mut entries = Vec::new();
        while !input.is_empty() {
            entries.extend(faults.keep(input.parse::<Self>()));
            next(input, faults);
        }
        entries
    }

    /// As [`Entry::all`]; the keys that every route has go to `options` instead.
    pub(super) fn beside(options: &mut Options, input: ParseStream<'_>, faults: &mut Faults) -> Vec<Self> {
        let mut entries = Vec::new();
        while !input.is_empty() {
            match input.fork().call(Ident::parse_any) {
                Ok(key) if Host::Gateway.reads(&key) => {
                    let read =
                        input.call(Ident::parse_any).and_then(|key| options.entry(Host::Gateway, &key, input, faults));
                    faults.keep(read);
                }
                _ => entries.extend(faults.keep(input.parse::<Self>())),
            }
            next(input, faults);
        }
        options.finish(faults);
        entries
    }

    /// The key as a single name; a path such as `billing::Payments` has none.
    pub(super) fn name(&self) -> String {
        self.key.get_ident().map(|name| name.unraw().to_string()).unwrap_or_default()
    }

    pub(super) fn span(&self) -> Span {
        self.key.span()
    }
}

/// Passes over what is left of an entry that could not be read, and over the comma behind it.
fn next(input: ParseStream<'_>, faults: &mut Faults) {
    if !input.is_empty() && !input.peek(Token![,]) && faults.len() == 0 {
        faults.push(input.span(), message("a comma parts what is written here", "", "write `,` in front of it"));
    }
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
    let _ = input.parse::<Option<Token![,]>>();
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = key(input)?;
        let written = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Written::Value(input.parse()?)
        } else if input.peek(token::Paren) {
            let inside;
            syn::parenthesized!(inside in input);
            Written::Items(inside.parse_terminated(Item::parse, Token![,])?.into_iter().collect())
        } else {
            Written::Alone
        };
        Ok(Self { key, written })
    }
}

/// A key, which may be a word of the language: `type`, `crate::Payments`.
fn key(input: ParseStream<'_>) -> syn::Result<Path> {
    if !input.peek(Ident::peek_any) && !input.peek(Token![::]) {
        let help = "write a key in front of it: `retries = 2`, `timeout(connect = \"2s\")`, `strip_prefix`";
        return Err(input.error(message("a key stands here", "", help)));
    }
    input.call(Path::parse_mod_style)
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let is_literal = input.peek(Lit) || input.peek(Token![-]) || input.peek(token::Bracket);
        if is_literal { input.parse().map(Self::Value) } else { input.parse().map(Self::Entry) }
    }
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Self::of(input.parse()?)
    }
}

impl Value {
    fn of(written: Expr) -> syn::Result<Self> {
        let span = written.span();
        Ok(match ungrouped(written) {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Self::Text(text),
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => Self::Integer(number.base10_parse()?, span),
            Expr::Lit(ExprLit { lit: Lit::Bool(flag), .. }) => Self::Bool(flag.value, span),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => Self::of(*unary.expr)?.negative(span),
            Expr::Array(array) => Self::List(array.elems.into_iter().map(Self::of).collect::<syn::Result<_>>()?, span),
            Expr::Path(path) if path.qself.is_none() => Self::Name(path.path),
            other => Self::Code(other),
        })
    }

    fn negative(self, span: Span) -> Self {
        if let Self::Integer(number, _) = self { Self::Integer(-number, span) } else { self }
    }

    pub(super) fn span(&self) -> Span {
        match self {
            Self::Text(text) => text.span(),
            Self::Name(path) => path.span(),
            Self::Code(code) => code.span(),
            Self::Integer(_, span) | Self::Bool(_, span) | Self::List(_, span) => *span,
        }
    }
}

impl Item {
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Entry(entry) => entry.span(),
            Self::Value(value) => value.span(),
        }
    }
}
