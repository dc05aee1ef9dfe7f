//! What the types must be, each said once, at the type.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, Type};

use super::wrapper::without_lifetimes;
use crate::route::check::{Bound, Source, is_bodiless, is_named, located};
use crate::signature::{Ask, inner_of, last_segment};

pub(super) fn assertions(bound: &Bound) -> TokenStream {
    let dependencies = bound.arguments.iter().filter_map(|source| match source {
        Source::Dependency { ask, inner, .. } => Some(dependency(*ask, inner)),
        _ => None,
    });
    let returned = bound.route.signature.named_output().map(|ty| returned(&without_lifetimes(ty)));
    let checks: TokenStream = dependencies.chain(returned).collect();
    let checks = (!checks.is_empty()).then(|| quote::quote! { const _: fn() = || { #checks }; });
    let bodies = bodies(bound);
    quote::quote!(#checks #bodies)
}

/// `provided::<T>` and its kin, at the type that is asked for.
pub(crate) fn dependency(ask: Ask, inner: &Type) -> TokenStream {
    let span = located(inner.span());
    match ask {
        Ask::Inject | Ask::Lazy | Ask::Factory => {
            quote_spanned! {span=> let _ = ::velithon::inject::provided::<#inner>; }
        }
        Ask::All => quote_spanned! {span=> let _ = ::velithon::inject::collected::<#inner>; },
        Ask::Config => quote_spanned! {span=> let _ = ::velithon::config::section::<#inner>; },
    }
}

/// What a handler returns, taken apart as far as names tell, so that the part to blame is the one that is shown.
fn returned(ty: &Type) -> TokenStream {
    if is_named(ty, "Result") {
        let span = located(ty.span());
        return match types_in(ty).as_slice() {
            [value] => {
                let value = returned(value);
                quote_spanned! {span=> #value let _ = ::velithon::route::fallible::<#ty>; }
            }
            [value, error] => {
                let value = returned(value);
                let span = located(error.span());
                quote_spanned! {span=> #value let _ = ::velithon::route::failure::<#error>; }
            }
            _ => quote_spanned! {span=> let _ = ::velithon::route::returned::<#ty>; },
        };
    }
    match inner_of(ty, "Json") {
        Some(inner) => {
            let span = located(inner.span());
            quote_spanned! {span=> let _ = ::velithon::reply::serialize::<#inner>; }
        }
        None => {
            let span = located(ty.span());
            quote_spanned! {span=> let _ = ::velithon::route::returned::<#ty>; }
        }
    }
}

/// The types in the angle brackets of a path.
fn types_in(ty: &Type) -> Vec<&Type> {
    let Some(PathArguments::AngleBracketed(arguments)) = last_segment(ty).map(|segment| &segment.arguments) else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// Every extractor is one; at most one of them reads the body, and none on a method without one.
fn bodies(bound: &Bound) -> TokenStream {
    let extractors: Vec<&Type> = bound
        .arguments
        .iter()
        .filter_map(|source| match source {
            Source::Extractor { ty, .. } => Some(ty),
            _ => None,
        })
        .collect();
    if extractors.is_empty() {
        return TokenStream::new();
    }
    let read = extractors.iter().map(|ty| {
        let span = located(ty.span());
        quote_spanned! {span=> + ::velithon::route::extractor::<#ty, _>() }
    });
    let name = &bound.route.signature.name;
    let span = located(name.span());
    let sum = quote_spanned! {span=> 0 #(#read)* };
    let whole = extractors.iter().any(|ty| is_named(ty, "Request"));
    if !whole && bound.route.methods.iter().any(is_bodiless) {
        let told = format!(
            "`{name}` takes an argument that reads the body, and a GET or HEAD request has none; use `#[post]`, or \
             take the whole `Request`"
        );
        return quote_spanned! {span=> const _: () = ::core::assert!(#sum == 0, #told); };
    }
    let told = format!("`{name}` takes two arguments that read the body, which can be read once; keep one of them");
    quote_spanned! {span=> const _: () = ::core::assert!(#sum < 2, #told); }
}
