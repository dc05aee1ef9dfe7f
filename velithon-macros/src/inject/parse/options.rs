//! What stands in the parentheses of `#[inject(..)]`.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token, Type};

use crate::faults::{Faults, message, unknown_key};

/// The keys of a provider.
pub(super) const PROVIDER: &[&str] = &["singleton", "request", "transient", "as", "when", "stop"];
/// The keys of a struct, which `main` may provide.
pub(super) const STRUCT: &[&str] = &["singleton", "request", "transient", "as", "when", "stop", "provided"];
/// The keys of a trait.
pub(super) const TRAIT: &[&str] = &["all"];

/// The keys that were written, each with its place.
#[derive(Default)]
pub(in super::super) struct Options {
    pub(in super::super) scope: Option<(Scope, Span)>,
    /// A second scope, wherever it stands.
    pub(in super::super) second_scope: Option<(Scope, Span)>,
    pub(in super::super) binding: Option<Type>,
    pub(in super::super) when: Option<LitStr>,
    pub(in super::super) stop: Option<Ident>,
    pub(in super::super) provided: Option<Span>,
    pub(in super::super) all: Option<Span>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Scope {
    Singleton,
    Request,
    Transient,
}

impl Scope {
    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Self::Singleton => "singleton",
            Self::Request => "request",
            Self::Transient => "transient",
        }
    }
}

impl Options {
    /// Reads the keys that `known` lists; a fault in one does not hide the others.
    pub(super) fn read(attribute: TokenStream, known: &[&str], faults: &mut Faults) -> Self {
        let mut options = Self::default();
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = options.key(input, known) {
                    faults.error(error);
                    skip(input)?;
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        let end = read.parse2(attribute);
        faults.keep(end);
        options
    }

    /// The scope that holds.
    pub(in super::super) fn lives(&self) -> Scope {
        self.scope.map_or(Scope::Singleton, |(scope, _)| scope)
    }

    fn key(&mut self, input: ParseStream<'_>, known: &[&str]) -> syn::Result<()> {
        let key = input.call(Ident::parse_any).map_err(|error| no_key(error.span(), known))?;
        let name = key.to_string();
        if !known.contains(&name.as_str()) {
            return Err(unknown_key("inject", &key, known));
        }
        match name.as_str() {
            "singleton" => self.scope(Scope::Singleton, key.span()),
            "request" => self.scope(Scope::Request, key.span()),
            "transient" => self.scope(Scope::Transient, key.span()),
            "provided" => self.provided = Some(key.span()),
            "all" => self.all = Some(key.span()),
            "as" => once(&mut self.binding, &key, assigned(&key, input, "as = dyn Trait")?)?,
            "when" => once(&mut self.when, &key, assigned(&key, input, "when = \"shop.cache == memory\"")?)?,
            _ => once(&mut self.stop, &key, assigned(&key, input, "stop = close")?)?,
        }
        Ok(())
    }

    fn scope(&mut self, scope: Scope, span: Span) {
        match self.scope {
            None => self.scope = Some((scope, span)),
            Some(_) => self.second_scope = Some((scope, span)),
        }
    }
}

/// `= value` after a key.
fn assigned<T: syn::parse::Parse>(key: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<T> {
    let wrong = |span: Span| {
        syn::Error::new(span, message(format_args!("`{key}` needs a value"), "", format_args!("write `{form}`")))
    };
    if !input.peek(Token![=]) {
        return Err(wrong(key.span()));
    }
    input.parse::<Token![=]>()?;
    let at = input.span();
    input.parse().map_err(|_| wrong(at))
}

fn once<T>(place: &mut Option<T>, key: &Ident, value: T) -> syn::Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => {
            let help = format!("keep one `{key}`");
            Err(syn::Error::new(key.span(), message(format_args!("`{key}` is written twice"), "", help)))
        }
    }
}

fn no_key(span: Span, known: &[&str]) -> syn::Error {
    let help = format!("`#[inject]` has the keys {}", crate::faults::list(known));
    syn::Error::new(span, message("this is no key", "", help))
}

/// Goes to the next comma, so that the keys after a faulty one are read too.
fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}
