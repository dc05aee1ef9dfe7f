//! The fields of a route's record.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Path, Type};

use super::wrapper::{wanted, wanted_imports};
use crate::route::check::{Bound, Source, is_named, located};
use crate::signature::Ask;

pub(super) fn fields(bound: &Bound) -> TokenStream {
    let route = &bound.route;
    let methods = &route.methods;
    let path = route.path.as_str();
    let handler = match &route.owner {
        Some(owner) => format!("{}::{}", crate::text::of(owner), route.signature.name.unraw()),
        None => route.signature.name.unraw().to_string(),
    };
    let dependencies = dependencies(&bound.arguments);
    let options = options(bound);
    let origin = crate::place::origin(route.signature.name.span());
    quote! {
        methods: &[#(#methods),*],
        path: ::std::borrow::Cow::Borrowed(#path),
        handler: #handler,
        dependencies: &[#dependencies],
        options: #options,
        origin: #origin,
    }
}

/// The records of what the arguments ask for.
pub(crate) fn dependencies(arguments: &[Source]) -> TokenStream {
    let listed = arguments.iter().filter_map(|source| match source {
        Source::Dependency { ask: Ask::Config, handle, .. } => Some(argument_dependency(handle)),
        Source::Dependency { ask, inner, .. } => Some(dependency(*ask, inner)),
        Source::Extractor { ty, .. } => Some(argument_dependency(ty)),
        _ => None,
    });
    listed.collect()
}

/// The record of `Inject<T>` and its kin.
pub(crate) fn dependency(ask: Ask, inner: &Type) -> TokenStream {
    let ask = ask.variant();
    let imports = wanted_imports();
    let key = wanted(inner);
    quote! {
        ::velithon::inject::Dependency { key: || { #imports #key }, ask: ::velithon::inject::Ask::#ask },
    }
}

/// The record of an argument whose handle only the compiler knows.
pub(crate) fn argument_dependency(ty: &Type) -> TokenStream {
    quote! {
        ::velithon::inject::Dependency {
            key: || {
                #[allow(unused_imports)]
                use ::velithon::route::{OtherArgument as _, OwnArgument as _};
                (&&&&&::velithon::route::Argument::<#ty>::NEW).velithon_dependency()
            },
            ask: ::velithon::inject::Ask::Inject,
        },
    }
}

/// The options that differ from `RouteOptions::NONE`.
pub(crate) fn options(bound: &Bound) -> TokenStream {
    let options = &bound.route.options;
    let mut set = TokenStream::new();
    let mut put = |name: &str, value: TokenStream| {
        let name = Ident::new(name, Span::call_site());
        set.extend(quote! { #name: #value, });
    };
    if let Some(status) = &options.status {
        put("status", quote!(#status));
    }
    if !options.when.is_empty() {
        let when = &options.when;
        put("when", quote!(&[#(#when),*]));
    }
    if let Some(accept) = &options.accept {
        put("accept", quote!(::core::option::Option::Some(#accept)));
    }
    if let Some((name, value)) = &options.header {
        put("header", quote!(::core::option::Option::Some((#name, #value))));
    }
    if let Some(bytes) = options.body_limit.as_ref().and_then(|limit| crate::size::parse(limit).ok()) {
        put("body_limit", quote!(::core::option::Option::Some(#bytes)));
    }
    if options.path_mismatch.as_ref().is_some_and(|status| status.base10_digits() == "404") {
        put("path_mismatch_not_found", quote!(true));
    }
    for (name, list) in [("middleware", &options.middleware), ("skip", &options.skip)] {
        if !list.is_empty() {
            let list = list.iter().map(identity);
            put(name, quote!(&[#(#list),*]));
        }
    }
    if !options.tags.is_empty() {
        let tags = &options.tags;
        put("tags", quote!(&[#(#tags),*]));
    }
    documented(bound, &mut put);
    if uses_axum_path(bound) {
        put("axum_path", quote!(true));
    }
    if bound.arguments.iter().any(|source| matches!(source, Source::Extractor { foreign: true, .. })) {
        put("foreign", quote!(true));
    }
    if options.grouped() {
        put("grouped", quote!(true));
    }
    quote! { ::velithon::route::RouteOptions { #set ..::velithon::route::RouteOptions::NONE } }
}

/// Which middleware a path names. The caret of one that is none stands at its last name, as with `after`.
fn identity(path: &Path) -> TokenStream {
    let span = located(path.segments.last().map_or_else(Span::call_site, |last| last.ident.span()));
    quote_spanned! {span=> <#path as ::velithon::middleware::Ordered>::identity }
}

fn documented(bound: &Bound, put: &mut impl FnMut(&str, TokenStream)) {
    let signature = &bound.route.signature;
    for (name, text) in [("summary", &signature.doc.summary), ("description", &signature.doc.description)] {
        if !text.is_empty() {
            put(name, text.to_token_stream());
        }
    }
    if signature.deprecated {
        put("deprecated", quote!(true));
    }
}

/// Whether an extractor may read the path parameters that only axum's router supplies.
fn uses_axum_path(bound: &Bound) -> bool {
    let captures = bound.route.path.captures().next().is_some();
    bound.arguments.iter().any(|source| match source {
        Source::Extractor { ty, foreign } => {
            crate::text::of(ty).contains("MatchedPath") || (captures && *foreign && !is_named(ty, "Request"))
        }
        _ => false,
    })
}
