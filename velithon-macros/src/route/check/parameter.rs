//! `#[query]`, `#[header]` and `#[cookie]`: one value of a request, and how often it may be said.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, LitStr, Token};

use super::{Parameter, Place, Shape, keys, name_of, owned};
use crate::faults::{Faults, message, unknown_key};
use crate::signature::{Argument, inner_of};

/// `#[query]`, `#[query(default = 0)]`, `#[query("skip")]`, `#[header("x-id")]`.
#[derive(Default)]
struct Written {
    name: Option<LitStr>,
    default: Option<Expr>,
}

/// One entry in the parentheses.
enum Entry {
    Name(LitStr),
    Default(Expr),
    Unknown(Ident),
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(Self::Name);
        }
        let key = input.call(Ident::parse_any)?;
        if key != "default" && key != "name" {
            input.parse::<Option<Token![=]>>()?;
            crate::route::options::skip_value(input)?;
            return Ok(Self::Unknown(key));
        }
        input.parse::<Token![=]>()?;
        if key == "default" { input.parse().map(Self::Default) } else { input.parse().map(Self::Name) }
    }
}

pub(super) fn read(argument: &Argument, attribute: &Attribute, faults: &mut Faults) -> Option<Parameter> {
    let kind = attribute.path().get_ident()?.to_string();
    let place = match kind.as_str() {
        "query" => Place::Query,
        "header" => Place::Header,
        _ => Place::Cookie,
    };
    if let Some(second) = argument.attributes.get(1) {
        let help = "keep one of the attributes";
        faults.error(syn::Error::new_spanned(second, message("an argument is bound to one place", "", help)));
    }
    faults.keep(owned(argument, false));
    let written = written(&kind, attribute, faults)?;
    if let (Some(literal), Place::Header) = (&written.name, place) {
        faults.keep(keys::header_name(literal));
    }
    let name = faults.keep(name(argument, &kind, place, written.name.as_ref()))?;
    let shape = faults.keep(shape(argument, written.default))?;
    Some(Parameter { place, name, ty: argument.ty.clone(), shape })
}

fn written(kind: &str, attribute: &Attribute, faults: &mut Faults) -> Option<Written> {
    let mut written = Written::default();
    if matches!(attribute.meta, syn::Meta::Path(_)) {
        return Some(written);
    }
    let entries = attribute.parse_args_with(syn::punctuated::Punctuated::<Entry, Token![,]>::parse_terminated);
    for entry in faults.keep(entries.map_err(|error| unreadable(kind, &error)))? {
        match entry {
            Entry::Name(name) => written.name = Some(name),
            Entry::Default(default) => written.default = Some(default),
            Entry::Unknown(key) => faults.error(unknown_key(kind, &key, &["default", "name"])),
        }
    }
    Some(written)
}

fn unreadable(kind: &str, error: &syn::Error) -> syn::Error {
    let help = format!("write `#[{kind}]`, `#[{kind}(default = 0)]` or `#[{kind}(\"name\")]`");
    syn::Error::new(error.span(), message(format_args!("`#[{kind}]` cannot be read"), "", help))
}

/// The name in the request: the one that is written, or the argument's.
fn name(argument: &Argument, kind: &str, place: Place, written: Option<&LitStr>) -> syn::Result<String> {
    match (written, name_of(argument)) {
        (Some(name), _) => Ok(name.value()),
        (None, Some(own)) if place == Place::Header => Ok(own.replace('_', "-")),
        (None, Some(own)) => Ok(own),
        (None, None) => {
            let help = format!("give the argument a name, or write it: `#[{kind}(\"name\")]`");
            Err(syn::Error::new(argument.span, message(format_args!("this `#[{kind}]` has no name"), "", help)))
        }
    }
}

fn shape(argument: &Argument, default: Option<Expr>) -> syn::Result<Shape> {
    let optional = inner_of(&argument.ty, "Option");
    let many = inner_of(&argument.ty, "Vec");
    let refuse = |default: &Expr, what, help| Err(syn::Error::new_spanned(default, message(what, "", help)));
    match (default, optional, many) {
        (Some(default), Some(_), _) => {
            let help = "take `Option` away: with a default there is always a value";
            refuse(&default, "a default and `Option` exclude each other", help)
        }
        (Some(default), _, Some(_)) => refuse(
            &default,
            "a `Vec` needs no default",
            "take the default away: when nothing is sent the `Vec` is empty",
        ),
        (Some(default), None, None) => Ok(Shape::Default(Box::new(default))),
        (None, Some(inner), _) => Ok(Shape::Optional(Box::new(inner.clone()))),
        (None, None, Some(inner)) => Ok(Shape::Many(Box::new(inner.clone()))),
        (None, None, None) => Ok(Shape::One),
    }
}
