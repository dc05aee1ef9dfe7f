//! Tokens to a gateway with spans, whatever it stands on.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Path as TypePath, ReturnType, Token};

use crate::faults::{Faults, message};
use crate::gateway::keys::GATEWAY;
use crate::gateway::mark::{self, Marker};
use crate::gateway::read::{Keys, Read};
use crate::gateway::syntax::{Entry, Value, Written};
use crate::path::Path;
use crate::route::options::{Host, Options, skip_value};
use crate::route::parse::{Handler, Route};
use crate::signature::{Doc, Signature};

const MARKER: Marker = Marker { attribute: "gateway", noun: "a gateway", example: "struct PayRoute;" };

/// Which requests a gateway takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A struct's path and everything below it.
    Prefix,
    /// What a function's path describes.
    Template,
}

/// A struct or function and what its attribute says.
pub(super) struct Gateway {
    pub(super) shape: Shape,
    /// The section: `pay_route`.
    pub(super) key: LitStr,
    /// Nothing when it was not written, or not as a type.
    pub(super) upstream: Option<TypePath>,
    pub(super) read: Read,
    /// What every route has; a struct has no arguments.
    pub(super) route: Route,
}

/// What stands in the parentheses.
struct Attributes {
    path: Option<LitStr>,
    options: Options,
    entries: Vec<Entry>,
}

/// Reads a gateway. The item comes back in any case, less the attributes that only we know.
pub(super) fn read(attribute: TokenStream, item: TokenStream, faults: &mut Faults) -> (TokenStream, Option<Gateway>) {
    let mut attributes = Attributes { path: None, options: Options::default(), entries: Vec::new() };
    let parsed = (|input: ParseStream<'_>| attributes.read(input, faults)).parse2(attribute);
    faults.keep(parsed);
    if let Ok(mut handler) = syn::parse2::<Handler>(item.clone()) {
        let signature = Signature::read(&mut handler.signature, &handler.attributes, faults);
        let gateway = assemble(Shape::Template, attributes, signature, &handler.attributes, faults);
        return (handler.to_token_stream(), gateway);
    }
    let mark = mark::unit_struct(MARKER, &item, faults);
    let gateway = mark.and_then(|mark| {
        let signature = without_arguments(&mark.ident, &mark.attrs);
        assemble(Shape::Prefix, attributes, signature, &mark.attrs, faults)
    });
    (item, gateway)
}

impl Attributes {
    fn read(&mut self, input: ParseStream<'_>, faults: &mut Faults) -> syn::Result<()> {
        if input.peek(LitStr) {
            self.path = Some(input.parse()?);
        } else {
            let help = "write it as a string: `#[gateway(\"/pay\", upstream = Payments)]`";
            faults.push(input.span(), message("`#[gateway]` begins with its path", "", help));
            skip_value(input)?;
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        self.entries = Entry::beside(&mut self.options, input, faults);
        Ok(())
    }
}

fn assemble(
    shape: Shape,
    attributes: Attributes,
    signature: Signature,
    written: &[Attribute],
    faults: &mut Faults,
) -> Option<Gateway> {
    let Attributes { path, options, mut entries } = attributes;
    let key = mark::section(&signature.name, &mut entries, faults);
    let upstream = upstream(&mut entries, &signature, faults);
    let mut read = Read::default();
    let others: Vec<&str> = ["upstream"].into_iter().chain(Host::Gateway.keys()).collect();
    read.entries(Keys { host: "#[gateway]", own: GATEWAY, others: &others }, &entries, faults);
    let path = faults.keep(path_of(shape, &path.filter(|_| !options.silent)?))?;
    let path = match &options.prefix {
        Some(prefix) => faults.keep(path.join(prefix))?,
        None => path,
    };
    let cfgs = mark::conditions(written);
    let route = Route {
        attribute: "gateway",
        methods: Vec::new(),
        path,
        options,
        signature,
        owner: None,
        implied: false,
        cfgs,
    };
    Some(Gateway { shape, key, upstream, read, route })
}

/// A struct's path is a prefix, `/` for everything.
fn path_of(shape: Shape, literal: &LitStr) -> syn::Result<Path> {
    if shape == Shape::Template || literal.value() == "/" { Path::parse(literal) } else { Path::prefix(literal) }
}

/// The type behind `upstream =`, taken out of the entries.
fn upstream(entries: &mut Vec<Entry>, signature: &Signature, faults: &mut Faults) -> Option<TypePath> {
    let Some(at) = entries.iter().position(|entry| entry.name() == "upstream") else {
        let meant = super::check::forwards(signature).map_or_else(|| "Payments".to_owned(), crate::text::of);
        let why = "an upstream is a struct marked `#[upstream(targets = [..])]`";
        let help = format!("write `upstream = {meant}` behind the path");
        let what = format!("`{}` leads to no upstream", signature.name);
        faults.push(signature.name.span(), message(what, why, help));
        return None;
    };
    let entry = entries.remove(at);
    match entry.written {
        Written::Value(Value::Name(name)) => Some(name),
        Written::Value(Value::Text(text)) => {
            let why = "an upstream is a type, so that one that does not exist does not compile";
            let meant = crate::case::of_field(&text.value(), "PascalCase");
            let help = format!("write `upstream = {meant}`, without quotes");
            faults.push(text.span(), message("`upstream` takes the name of a type", why, help));
            None
        }
        Written::Value(_) | Written::Alone | Written::Items(_) => {
            let help = "write `upstream = Payments`";
            faults.push(
                entry.key.segments.first().map_or_else(proc_macro2::Span::call_site, |first| first.ident.span()),
                message("`upstream` takes the name of a type", "", help),
            );
            None
        }
    }
}

/// A struct, as a handler that takes nothing.
fn without_arguments(name: &Ident, attributes: &[Attribute]) -> Signature {
    Signature {
        name: name.clone(),
        is_async: false,
        receiver: None,
        arguments: Vec::new(),
        output: ReturnType::Default,
        doc: Doc::read(attributes),
        deprecated: attributes.iter().any(|attribute| attribute.path().is_ident("deprecated")),
    }
}
