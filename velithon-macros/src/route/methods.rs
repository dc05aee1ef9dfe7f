//! `#[controller]` and `#[resource]` on an `impl` block: methods of an injected value as routes.
//!
//! Each method becomes the same [`Route`](super::parse::Route) a free function would, whose first argument is the
//! injected value that `&self` is. A resource differs only in where the routes come from: the names of the methods.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{Parse, Parser};
use syn::spanned::Spanned;
use syn::{ImplItem, ImplItemFn, ItemImpl, LitStr, Type};

use super::check::{Bound, Source, check};
use super::emit;
use super::parse::{Attributes, assemble, take_attribute};
use crate::faults::{Faults, beside, list, message};
use crate::path::Path;
use crate::signature::{Ask, Signature};

/// The routes of a resource: method name, HTTP method, path below the prefix, status of success.
const RESOURCE: [(&str, &str, &str, u16); 6] = [
    ("list", "GET", "/", 0),
    ("create", "POST", "/", 201),
    ("get", "GET", "/{id}", 0),
    ("update", "PUT", "/{id}", 0),
    ("patch", "PATCH", "/{id}", 0),
    ("delete", "DELETE", "/{id}", 204),
];

/// Which of the two attributes is expanded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Controller,
    Resource,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Controller => "controller",
            Self::Resource => "resource",
        }
    }
}

/// Expands the attribute on an `impl` block.
pub(crate) fn expand(kind: Kind, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut block: ItemImpl = match syn::parse2(item.clone()) {
        Ok(block) => block,
        Err(error) => {
            let help = "put it above `impl Orders { .. }`; free functions are grouped by `#[routes]`";
            let what = format!("`#[{}]` stands on an `impl` block", kind.name());
            return beside(item, &syn::Error::new(error.span(), message(what, "", help)));
        }
    };
    let mut faults = Faults::new();
    let routes = routes(kind, attribute, &mut block, &mut faults);
    let mut tokens = block.to_token_stream();
    match faults.combined() {
        Some(error) => beside(tokens, &error),
        None => {
            tokens.extend(routes.iter().map(emit::record));
            tokens
        }
    }
}

fn routes(kind: Kind, attribute: TokenStream, block: &mut ItemImpl, faults: &mut Faults) -> Vec<Bound> {
    if let Some((path, _)) = &block.trait_ {
        let help = "move the handlers into `impl Type { .. }` and let them call the trait's methods";
        let what = format!("`#[{}]` stands on the `impl` of a type, not of a trait", kind.name());
        faults.push(path.span(), message(what, "", help));
    }
    if let Some(parameter) = block.generics.params.first() {
        let help = "write the type out; a generic resource is mounted with `app.resource::<T>(\"/prefix\")`";
        faults.push(parameter.span(), message("a controller is one injected type", "", help));
    }
    let Some(group) = faults.keep(Attributes::parse.parse2(attribute)) else { return Vec::new() };
    let Some(prefix) = faults.keep(prefix(&group)) else { return Vec::new() };
    let owner = (*block.self_ty).clone();
    let mut bound = Vec::new();
    let mut count = 0;
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        let Some((verb, attributes)) = route_of(kind, method, faults) else { continue };
        count += 1;
        let attributes = merged(attributes, &group, &prefix);
        bound.extend(route(verb, attributes, method, &owner, faults));
    }
    if count == 0 {
        faults.push(block.self_ty.span(), no_routes(kind));
    }
    bound
}

/// The whole prefix of the block, the one of its `#[routes]` module included.
fn prefix(group: &Attributes) -> syn::Result<Path> {
    let own = Path::prefix(&group.path)?;
    match &group.options.prefix {
        Some(outer) => own.join(outer),
        None => Ok(own),
    }
}

fn no_routes(kind: Kind) -> String {
    match kind {
        Kind::Controller => message(
            "this controller has no route",
            "only methods with a route attribute are served",
            "put `#[get(\"/{id}\")]` or another route attribute above a method",
        ),
        Kind::Resource => {
            let names: Vec<&str> = RESOURCE.iter().map(|(name, ..)| *name).collect();
            let help = format!("write one of the methods {}", list(&names));
            message("this resource has no route", "the names of its methods give the routes", help)
        }
    }
}

/// The method and attribute of a route: written above the function, or given by its name.
fn route_of(kind: Kind, method: &mut ImplItemFn, faults: &mut Faults) -> Option<(Option<&'static str>, Attributes)> {
    if let Some((verb, attribute)) = take_attribute(&mut method.attrs) {
        return faults.keep(attribute.parse_args_with(Attributes::parse)).map(|attributes| (verb, attributes));
    }
    if kind == Kind::Controller {
        return None;
    }
    let (_, verb, path, status) = RESOURCE.iter().find(|(name, ..)| method.sig.ident == name)?;
    let path = LitStr::new(path, method.sig.ident.span());
    let mut options = super::parse::Options::default();
    if *status != 0 {
        options.status = Some(syn::LitInt::new(&status.to_string(), method.sig.ident.span()));
    }
    Some((Some(verb), Attributes { path, options }))
}

/// The method's own keys with the block's.
fn merged(mut attributes: Attributes, group: &Attributes, prefix: &Path) -> Attributes {
    let shared = &group.options;
    let own = &mut attributes.options;
    own.prefix = Some(prefix.clone());
    own.grouped = shared.grouped;
    own.when.extend(shared.when.iter().cloned());
    own.tags.extend(shared.tags.iter().cloned());
    own.middleware.extend(shared.middleware.iter().cloned());
    own.skip.extend(shared.skip.iter().cloned());
    attributes
}

fn route(
    verb: Option<&'static str>,
    attributes: Attributes,
    method: &mut ImplItemFn,
    owner: &Type,
    faults: &mut Faults,
) -> Option<Bound> {
    let signature = Signature::read(&mut method.sig, &method.attrs, faults);
    let has_self = signature.receiver.is_some();
    let mut route = assemble(verb, attributes, signature, TokenStream::new(), faults)?;
    route.owner = Some(Box::new(owner.clone()));
    match check(route) {
        Ok(mut bound) => {
            if has_self {
                let handle: Type = syn::parse_quote!(::velithon::Inject<#owner>);
                bound.arguments.insert(0, Source::Dependency { ask: Ask::Inject, handle, inner: owner.clone() });
            }
            Some(bound)
        }
        Err((_, error)) => {
            faults.error(error);
            None
        }
    }
}
