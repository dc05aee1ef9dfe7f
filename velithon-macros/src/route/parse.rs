//! Reads a route attribute and the function below it into a [`Route`], without judging whether they agree.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, LitStr, Token, Visibility};

use super::options::{self, Host, Options};
use crate::faults::{Faults, message};
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
    /// Whether the name of a resource's method gives the path, so that nobody wrote it.
    pub(crate) implied: bool,
    /// `#[cfg(..)]` of the handler: without the handler there is no record either.
    pub(crate) cfgs: Vec<Attribute>,
}

/// The parts of `("/path", key = value, ..)`; a part that cannot be read is told and missing.
pub(crate) struct Attributes {
    pub(crate) path: Option<LitStr>,
    pub(crate) options: Options,
}

impl Attributes {
    /// Reads what stands in the parentheses of `host`.
    pub(crate) fn read(host: Host, tokens: TokenStream, faults: &mut Faults) -> Self {
        let mut path = None;
        let mut options = Options::default();
        let read = |input: ParseStream<'_>| {
            if input.peek(LitStr) {
                path = Some(input.parse()?);
            } else {
                faults.push(input.span(), pathless(host));
                options::skip_value(input)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
            options.read(host, input, faults)
        };
        let parsed = read.parse2(tokens);
        faults.keep(parsed);
        Self { path, options }
    }
}

fn pathless(host: Host) -> String {
    let name = host.name();
    let example = if host.is_block() { "/orders" } else { "/users/{id}" };
    let what = format!("`#[{name}]` begins with {}", if host.is_block() { "its prefix" } else { "its path" });
    message(what, "", format_args!("write it as a string: `#[{name}(\"{example}\")]`"))
}

/// A function whose body is not looked at: rustc reads it anyway, and an editor completes what is half written there.
pub(crate) struct Handler {
    pub(crate) attributes: Vec<Attribute>,
    visibility: Visibility,
    pub(crate) signature: syn::Signature,
    body: TokenStream,
}

impl Parse for Handler {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            body: input.parse()?,
        })
    }
}

impl ToTokens for Handler {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, visibility, signature, body } = self;
        tokens.extend(quote!(#(#attributes)* #visibility #signature #body));
    }
}

/// Reads a free function with its attribute. The item comes back in any case, less the attributes that only we know.
pub(crate) fn function(
    method: Option<&'static str>,
    attribute: TokenStream,
    item: TokenStream,
    faults: &mut Faults,
) -> (TokenStream, Option<Route>) {
    let host = Host::of(method);
    let attributes = Attributes::read(host, attribute, faults);
    let Ok(mut handler) = syn::parse2::<Handler>(item.clone()) else {
        faults.push(head(&item), misplaced(host));
        return (item, None);
    };
    let written = handler.signature.clone();
    let signature = Signature::read(&mut handler.signature, &handler.attributes, faults);
    if handler.attributes.iter().any(|attribute| method_of(attribute).is_some()) {
        // Another route attribute stands below, and reads the arguments once more.
        handler.signature = written;
    }
    let route = assemble(method, attributes, signature, &handler.attributes, faults);
    (handler.to_token_stream(), route)
}

fn misplaced(host: Host) -> String {
    let help = "put it above an `async fn` or `fn`; methods of a type go into an `impl` marked `#[controller]`";
    message(format_args!("`#[{}]` stands on a function", host.name()), "", help)
}

/// The keyword of an item that is no function: what stands behind its attributes and visibility.
fn head(item: &TokenStream) -> Span {
    let start = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let span = input.span();
        input.parse::<TokenStream>()?;
        Ok(span)
    };
    start.parse2(item.clone()).unwrap_or_else(|error| error.span())
}

/// Puts a route together once its parts are read.
pub(crate) fn assemble(
    method: Option<&'static str>,
    attributes: Attributes,
    signature: Signature,
    written: &[Attribute],
    faults: &mut Faults,
) -> Option<Route> {
    let Attributes { path, options } = attributes;
    let literal = path.filter(|_| !options.silent)?;
    let path = faults.keep(Path::parse(&literal))?;
    let path = match &options.prefix {
        Some(prefix) => faults.keep(path.join(prefix))?,
        None => path,
    };
    let methods = match method {
        Some(method) => vec![LitStr::new(method, literal.span())],
        None => written_methods(&options, literal.span(), faults),
    };
    let cfgs = written.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
    Some(Route {
        attribute: Host::of(method).name(),
        methods,
        path,
        options,
        signature,
        owner: None,
        implied: false,
        cfgs,
    })
}

/// The methods of `#[route(.., methods = [GET, POST])]`.
fn written_methods(options: &Options, span: Span, faults: &mut Faults) -> Vec<LitStr> {
    if options.methods.is_empty() {
        let help = "write `methods = [GET, POST]` behind the path, or use `#[get]`, `#[post]` and so on";
        faults.push(span, message("`#[route]` needs the methods it serves", "", help));
    }
    let text = |name: &Ident| LitStr::new(&name.to_string(), name.span());
    options.methods.iter().map(text).collect()
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
