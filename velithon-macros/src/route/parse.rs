//! Reads a route attribute and the function below it into a [`Route`], without judging whether they agree.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, ItemFn, LitInt, LitStr, Token};

use crate::faults::{Faults, message, unknown_key};
use crate::path::Path;
use crate::signature::Signature;

/// The attributes that name their method, with the method.
pub(crate) const METHODS: [(&str, &str); 7] = [
    ("get", "GET"),
    ("post", "POST"),
    ("put", "PUT"),
    ("patch", "PATCH"),
    ("delete", "DELETE"),
    ("head", "HEAD"),
    ("options", "OPTIONS"),
];

const KEYS: [&str; 11] = [
    "status",
    "when",
    "accept",
    "header",
    "body_limit",
    "path_mismatch",
    "blocking",
    "middleware",
    "skip",
    "tags",
    "methods",
];

/// A handler and what its attribute says.
pub(crate) struct Route {
    /// The attribute's own name, for messages.
    pub(crate) attribute: &'static str,
    pub(crate) methods: Vec<LitStr>,
    pub(crate) path: Path,
    pub(crate) options: Options,
    pub(crate) signature: Signature,
    /// The type whose method this is, inside `#[controller]`.
    pub(crate) owner: Option<Box<syn::Type>>,
    /// The handler as the user wrote it, less our argument attributes; empty for a method, which stays in its block.
    pub(crate) item: TokenStream,
}

/// The keys of a route attribute.
#[derive(Default, Clone)]
pub(crate) struct Options {
    pub(crate) status: Option<LitInt>,
    /// All must hold; a `#[routes]` module adds its own.
    pub(crate) when: Vec<LitStr>,
    pub(crate) accept: Option<LitStr>,
    pub(crate) header: Option<(LitStr, LitStr)>,
    pub(crate) body_limit: Option<LitStr>,
    pub(crate) path_mismatch: Option<LitInt>,
    pub(crate) blocking: Option<Span>,
    pub(crate) middleware: Vec<Ident>,
    pub(crate) skip: Vec<Ident>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) methods: Vec<Ident>,
    /// The prefix that a `#[routes]` module or a controller passes on.
    pub(crate) prefix: Option<Path>,
    /// Whether a `#[routes]` module has passed its keys on to this attribute.
    pub(crate) grouped: bool,
}

/// The parts of `("/path", key = value, ..)`.
pub(crate) struct Attributes {
    pub(crate) path: LitStr,
    pub(crate) options: Options,
}

impl Parse for Attributes {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(LitStr) {
            return Err(input.error(message(
                "a route begins with its path",
                "",
                "write the path as a string: `(\"/users/{id}\")`",
            )));
        }
        let path: LitStr = input.parse()?;
        let mut options = Options::default();
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
            options = input.call(Options::read)?;
        }
        Ok(Self { path, options })
    }
}

impl Options {
    /// Reads `key = value, ..` to the end of the input.
    pub(crate) fn read(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut options = Self::default();
        let mut faults = Faults::new();
        while !input.is_empty() {
            let key = input.call(syn::ext::IdentExt::parse_any)?;
            if let Err(error) = options.value(&key, input) {
                faults.error(error);
                skip_value(input)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        faults.or(options)
    }

    fn value(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        match key.to_string().as_str() {
            "status" => self.status = Some(assigned(input)?),
            "when" => self.when.push(assigned(input)?),
            "accept" => self.accept = Some(assigned(input)?),
            "body_limit" => self.body_limit = Some(assigned(input)?),
            "path_mismatch" => self.path_mismatch = Some(assigned(input)?),
            "blocking" => self.blocking = Some(key.span()),
            "middleware" => self.middleware.extend(listed::<Ident>(input)?),
            "skip" => self.skip.extend(listed::<Ident>(input)?),
            "tags" => self.tags.extend(listed::<LitStr>(input)?),
            "methods" => self.methods = listed(input)?,
            "header" => {
                let pair;
                syn::parenthesized!(pair in input);
                let name = pair.parse()?;
                pair.parse::<Token![=]>()?;
                self.header = Some((name, pair.parse()?));
            }
            "__prefix" => {
                self.grouped = true;
                self.prefix = passed_prefix(&assigned(input)?)?;
            }
            _ => return Err(unknown_key("route", key, &KEYS)),
        }
        Ok(())
    }
}

/// What `__prefix` holds: nothing, when the module has no prefix to pass on.
pub(crate) fn passed_prefix(literal: &LitStr) -> syn::Result<Option<Path>> {
    if literal.value().is_empty() { Ok(None) } else { Path::prefix(literal).map(Some) }
}

/// `= value`
fn assigned<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `= [a, b]`
fn listed<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    input.parse::<Token![=]>()?;
    let list;
    syn::bracketed!(list in input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated(&list)?.into_iter().collect())
}

/// Passes over what belongs to a key that was not understood, so that the keys after it are read too.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

/// Reads a free function with its attribute.
pub(crate) fn function(method: Option<&'static str>, attribute: TokenStream, item: TokenStream) -> syn::Result<Route> {
    let span = Span::call_site();
    let mut faults = Faults::new();
    let attributes = faults.keep(Attributes::parse.parse2(attribute));
    let parsed = faults.keep(syn::parse2::<ItemFn>(item).map_err(|error| {
        let help = "put it above an `async fn` or `fn`; methods of a type go into an `impl` marked `#[controller]`";
        syn::Error::new(error.span(), message("a route attribute stands on a function", "", help))
    }));
    let (Some(attributes), Some(mut function)) = (attributes, parsed) else {
        return faults.or(()).and_then(|()| Err(syn::Error::new(span, "this is no route")));
    };
    let signature = Signature::read(&mut function.sig, &function.attrs, &mut faults);
    let item = function.to_token_stream();
    let route = assemble(method, attributes, signature, item, &mut faults);
    faults.or(())?;
    route.ok_or_else(|| syn::Error::new(span, "this is no route"))
}

/// Puts a route together once its parts are read.
pub(crate) fn assemble(
    method: Option<&'static str>,
    attributes: Attributes,
    signature: Signature,
    item: TokenStream,
    faults: &mut Faults,
) -> Option<Route> {
    let Attributes { path: literal, options } = attributes;
    let path = faults.keep(Path::parse(&literal))?;
    let path = match &options.prefix {
        Some(prefix) => faults.keep(path.join(prefix))?,
        None => path,
    };
    let attribute = METHODS.iter().find(|(_, verb)| Some(*verb) == method).map_or("route", |(name, _)| name);
    let methods = match method {
        Some(method) => vec![LitStr::new(method, literal.span())],
        None => written_methods(&options, literal.span(), faults),
    };
    Some(Route { attribute, methods, path, options, signature, owner: None, item })
}

/// The methods of `#[route(.., methods = [GET, POST])]`.
fn written_methods(options: &Options, span: Span, faults: &mut Faults) -> Vec<LitStr> {
    if options.methods.is_empty() {
        let help = "write `methods = [GET, POST]`, or use `#[get]`, `#[post]` and so on";
        faults.push(span, message("`#[route]` needs the methods it serves", "", help));
    }
    options.methods.iter().map(|name| LitStr::new(&name.to_string(), name.span())).collect()
}

/// The route attribute among `attributes`, by the last segment of its path, taken out.
pub(crate) fn take_attribute(attributes: &mut Vec<Attribute>) -> Option<(Option<&'static str>, Attribute)> {
    let position = attributes.iter().position(|attribute| method_of(attribute).is_some())?;
    let attribute = attributes.remove(position);
    method_of(&attribute).map(|method| (method, attribute))
}

/// The method an attribute stands for; `Some(None)` for `#[route]`, nothing for one that is not ours.
pub(crate) fn method_of(attribute: &Attribute) -> Option<Option<&'static str>> {
    let name = &attribute.path().segments.last()?.ident;
    if name == "route" {
        return Some(None);
    }
    METHODS.iter().find(|(attribute, _)| name == attribute).map(|(_, method)| Some(*method))
}
