//! `#[controller]` and `#[resource]` on an `impl` block: methods of an injected value as routes.
//!
//! Each method becomes the same [`Route`](super::parse::Route) a free function would, whose first argument is the
//! injected value that `&self` is. A resource differs only in where the routes come from: the names of the methods.

mod own_type;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, ImplItem, ImplItemFn, ItemImpl, LitInt, LitStr, Meta, Type};

use super::check::{Bound, Source, check};
use super::emit;
use super::options::{Host, Options};
use super::parse::{Attributes, assemble, take_attribute};
use crate::faults::{Faults, beside, list, message, nearest};
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

/// What the block gives to each of its routes.
struct Block {
    owner: Type,
    /// In `prefix` stands the whole prefix, that of the `#[routes]` module included.
    options: Options,
}

/// Expands the attribute on an `impl` block.
pub(crate) fn expand(kind: Kind, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut faults = Faults::new();
    let mut block: ItemImpl = match syn::parse2(item.clone()) {
        Ok(block) => block,
        Err(error) => {
            let help = "put it above `impl Orders { .. }`; free functions are grouped by `#[routes]`";
            let what = format!("`#[{}]` stands on an `impl` block", kind.name());
            return beside(item, &syn::Error::new(error.span(), message(what, "", help)));
        }
    };
    refuse_block(kind, &block, &mut faults);
    let shared = Block::read(kind, attribute, &block.self_ty, &mut faults);
    let routes = routes(kind, shared.as_ref(), &mut block, &mut faults);
    let mut tokens = block.to_token_stream();
    match faults.combined() {
        Some(error) => beside(tokens, &error),
        None => {
            tokens.extend(routes.iter().map(emit::record));
            tokens
        }
    }
}

fn refuse_block(kind: Kind, block: &ItemImpl, faults: &mut Faults) {
    if let Some((path, _)) = &block.trait_ {
        let help = "move the handlers into `impl Type { .. }` and let them call the trait's methods";
        let what = format!("`#[{}]` stands on the `impl` of a type, not of a trait", kind.name());
        faults.push(path.span(), message(what, "", help));
    }
    if let Some(parameter) = block.generics.params.first() {
        let what = format!("a {} is one injected type, without parameters", kind.name());
        let help = match kind {
            Kind::Controller => "write the type out: `impl Orders<Postgres> { .. }`",
            Kind::Resource => "write the type out; a generic resource is mounted with `app.resource::<T>(\"/prefix\")`",
        };
        faults.push(parameter.span(), message(what, "", help));
    }
}

impl Block {
    fn read(kind: Kind, attribute: TokenStream, owner: &Type, faults: &mut Faults) -> Option<Self> {
        let Attributes { path, mut options } = Attributes::read(Host::Block(kind.name()), attribute, faults);
        let own = faults.keep(Path::prefix(&path.filter(|_| !options.silent)?))?;
        options.prefix = match &options.prefix {
            Some(outer) => Some(faults.keep(own.join(outer))?),
            None => Some(own),
        };
        Some(Self { owner: owner.clone(), options })
    }

    fn bind(&self, written: Written, signature: Signature, cfgs: &[Attribute], faults: &mut Faults) -> Option<Bound> {
        let Written { verb, mut attributes, implied } = written;
        attributes.options.inherit(&self.options);
        let has_self = signature.receiver.is_some();
        let mut route = assemble(verb, attributes, signature, cfgs, faults)?;
        route.owner = Some(Box::new(self.owner.clone()));
        route.implied = implied;
        let mut bound = check(route, faults)?;
        own_type::name_in_defaults(&mut bound.arguments, &self.owner);
        if has_self {
            let owner = &self.owner;
            let handle: Type = syn::parse_quote!(::velithon::Inject<#owner>);
            bound.arguments.insert(0, Source::Dependency { ask: Ask::Inject, handle, inner: Box::new(owner.clone()) });
        }
        Some(bound)
    }
}

/// A route as the block says it: above a method, or by its name.
struct Written {
    verb: Option<&'static str>,
    attributes: Attributes,
    implied: bool,
}

/// Takes the routes of a block out of it, and binds them.
fn routes(kind: Kind, shared: Option<&Block>, block: &mut ItemImpl, faults: &mut Faults) -> Vec<Bound> {
    let mut bound = Vec::new();
    let mut count = 0;
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        let written = written(kind, method, faults);
        if written.is_empty() {
            continue;
        }
        count += written.len();
        let mut signature = Signature::read(&mut method.sig, &method.attrs, faults);
        own_type::name_in_signature(&mut signature, &block.self_ty);
        let Some(shared) = shared else { continue };
        let bind = |written| shared.bind(written, signature.clone(), &method.attrs, faults);
        bound.extend(written.into_iter().filter_map(bind));
    }
    if count == 0 {
        faults.push(block.self_ty.span(), no_routes(kind, block));
    }
    bound
}

/// The routes of a method; their attributes are taken out.
fn written(kind: Kind, method: &mut ImplItemFn, faults: &mut Faults) -> Vec<Written> {
    let mut written = Vec::new();
    while let Some((verb, attribute)) = take_attribute(&mut method.attrs) {
        let tokens = match attribute.meta {
            Meta::List(list) => list.tokens,
            _ => TokenStream::new(),
        };
        let attributes = Attributes::read(Host::of(verb), tokens, faults);
        written.push(Written { verb, attributes, implied: false });
    }
    if written.is_empty() && kind == Kind::Resource {
        written.extend(by_name(&method.sig.ident));
    }
    written
}

/// The route that a method of a resource has by its name.
fn by_name(name: &Ident) -> Option<Written> {
    let (_, verb, path, status) = RESOURCE.iter().find(|(known, ..)| name == known)?;
    let path = Some(LitStr::new(path, name.span()));
    let status = (*status != 0).then(|| LitInt::new(&status.to_string(), name.span()));
    let mut options = Options::default();
    options.status = status;
    let attributes = Attributes { path, options };
    Some(Written { verb: Some(verb), attributes, implied: true })
}

fn no_routes(kind: Kind, block: &ItemImpl) -> String {
    if kind == Kind::Controller {
        return message(
            "this controller has no route",
            "only methods with a route attribute are served",
            "put `#[get(\"/{id}\")]` or another route attribute above a method",
        );
    }
    let names = RESOURCE.map(|(name, ..)| name);
    let written = block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method.sig.ident.to_string()),
        _ => None,
    });
    let help = match written.into_iter().find_map(|name| Some((nearest(&name, names)?, name))) {
        Some((near, name)) => format!("rename `{name}` to `{near}`; the methods are {}", list(&names)),
        None => format!("write one of the methods {}", list(&names)),
    };
    message("this resource has no route", "the names of its methods give the routes", help)
}
