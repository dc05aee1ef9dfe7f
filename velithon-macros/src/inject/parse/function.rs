//! A function that returns the value it provides: its name is the key.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, ItemFn, Pat, PathArguments, ReturnType, Safety, Signature, Type, Visibility};

use super::need::Place;
use super::options::PROVIDER;
use super::{Call, Make, Need, Options, Parsed, Provider, Subject};
use crate::faults::{Faults, message};
use crate::signature::{inner_of, last_segment};
use crate::text;

pub(super) fn read(attribute: TokenStream, item: &ItemFn, faults: &mut Faults) -> Parsed {
    let options = Options::read(attribute, PROVIDER, faults);
    if let Some(misplaced) = in_a_block(&item.sig) {
        faults.error(misplaced);
        return Parsed { tokens: quote!(#item), subject: None };
    }
    let name = item.sig.ident.clone();
    let key = key(&item.vis, &name);
    let tokens = quote!(#item #key);
    let needs = arguments(&item.sig, faults);
    refuse_generics(&item.sig, faults);
    let (value, make) = match faults.keep(returned(&item.sig)) {
        Some((value, failure)) => {
            (value, Make::Call(Call { path: quote!(#name), is_async: item.sig.asyncness.is_some(), failure }))
        }
        None => (syn::parse_quote!(()), Make::Given),
    };
    let provider = Provider { key: syn::parse_quote!(#name), name, value, options, needs, make };
    Parsed { tokens, subject: Some(Subject::Provider(Box::new(provider))) }
}

/// A method has no name outside its block.
fn in_a_block(signature: &Signature) -> Option<syn::Error> {
    let receiver = signature.receiver().map(Spanned::span);
    let output = match &signature.output {
        ReturnType::Type(_, ty) => inner_of(ty, "Result").or(Some(ty)),
        ReturnType::Default => None,
    };
    let returns_self = output.and_then(last_segment).filter(|segment| segment.ident == "Self").map(Spanned::span);
    receiver.or(returns_self).map(|span| {
        let what = format!("`#[inject]` cannot stand on the method `{}`", signature.ident);
        let help = "put `#[inject]` above the `impl` block, whose `fn new(..) -> Self` then makes the value";
        syn::Error::new(span, message(what, "", help))
    })
}

/// The type that stands for the function where a type is asked for: `Inject<pool>`.
///
/// An enum, since a unit struct would take the function's name among the values too.
fn key(visibility: &Visibility, name: &Ident) -> TokenStream {
    let doc = format!("What `{name}` provides is asked for by this name: `Inject<{name}>`.");
    quote! {
        #[doc = #doc]
        #[allow(non_camel_case_types, missing_debug_implementations, dead_code, clippy::empty_enum, clippy::empty_enums)]
        #visibility enum #name {}
    }
}

/// What each argument asks for.
pub(super) fn arguments(signature: &Signature, faults: &mut Faults) -> Vec<Need> {
    let typed = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    let needs = typed.filter_map(|typed| {
        faults.keep(refuse_cfg(&typed.attrs, "argument"))?;
        let name = match &*typed.pat {
            Pat::Ident(named) => named.ident.to_string(),
            _ => "_".to_owned(),
        };
        faults.keep(Need::handle(&typed.ty, &name, Place::Argument))
    });
    needs.collect()
}

/// The record lists every dependency, whichever are configured out.
pub(super) fn refuse_cfg(attributes: &[Attribute], place: &str) -> syn::Result<()> {
    match attributes.iter().find(|attribute| attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr"))
    {
        None => Ok(()),
        Some(attribute) => {
            let what = format!("a {place} of a provider cannot be configured out");
            let help = "put `#[cfg(..)]` above the whole provider, and write a second one for the other case";
            Err(syn::Error::new(attribute.path().span(), message(what, "", help)))
        }
    }
}

pub(super) fn refuse_generics(signature: &Signature, faults: &mut Faults) {
    if let Some(first) = signature.generics.params.first() {
        let what = format!("`{}` is generic, and a provider is one function", signature.ident);
        let why = "nothing would say which type or lifetime stands for the parameter";
        let help = "write a function for each type, which may all call the generic one";
        faults.push(first.span(), message(what, why, help));
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        let what = format!("`{}` is unsafe, and velithon calls it", signature.ident);
        faults.push(unsafety.span(), message(what, "", "write a safe function that calls it"));
    }
}

/// The type a function provides, and where its error stands.
fn returned(signature: &Signature) -> syn::Result<(Type, Option<Span>)> {
    let name = &signature.ident;
    let ReturnType::Type(_, ty) = &signature.output else {
        let help = format!("write `fn {name}(..) -> Type`, or `-> Result<Type>` when it can fail");
        let what = format!("`{name}` returns nothing, so there is nothing to provide");
        return Err(syn::Error::new(name.span(), message(what, "", help)));
    };
    let (value, failure) = fallible(ty);
    match value {
        Type::ImplTrait(hidden) => {
            let what = format!("`{name}` provides `{}`, a type without a name", text::of(hidden));
            let why = "what is provided is seen under its type";
            let help = "return a named type, and let others ask for the trait by `#[inject(as = dyn Trait)]`";
            Err(syn::Error::new_spanned(hidden, message(what, why, help)))
        }
        Type::Tuple(tuple) if tuple.elems.is_empty() => {
            let what = format!("`{name}` returns `()`, so there is nothing to provide");
            Err(syn::Error::new_spanned(ty, message(what, "", "return the value that others ask for")))
        }
        value => Ok((value.clone(), failure)),
    }
}

/// What a return type holds, and where its error stands when it is a `Result`.
pub(crate) fn fallible(ty: &Type) -> (&Type, Option<Span>) {
    let Some(value) = inner_of(ty, "Result") else { return (ty, None) };
    let types = last_segment(ty).map(|segment| match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().collect::<Vec<_>>(),
        _ => Vec::new(),
    });
    let error = types.and_then(|types| types.get(1).map(Spanned::span));
    (value, Some(error.unwrap_or_else(|| ty.span())))
}
