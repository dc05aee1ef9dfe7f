//! The asynchronous function that gives every argument its value and calls the handler.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::local;
use crate::route::check::{Bound, Parameter, Place, Shape, Source, located};
use crate::signature::Ask;

pub(super) fn wrapper(bound: &Bound) -> TokenStream {
    let call = Ident::new("call", Span::mixed_site());
    let names: Vec<Ident> = (0..bound.arguments.len()).map(local).collect();
    let pairs = || names.iter().zip(&bound.arguments);
    let share = pairs()
        .any(|(_, source)| matches!(source, Source::Extractor { foreign: true, .. }))
        .then(|| quote! { #call.share(); });
    let first = pairs().map(|(name, source)| first_phase(name, source, &call));
    let second = pairs().map(|(name, source)| second_phase(name, source, &call));
    let imports = imports(bound);
    let reply = reply(bound, &names);
    quote! {
        async fn __velithon_serve(
            #[allow(unused_mut, unused_variables)] mut #call: ::velithon::route::Call,
        ) -> ::core::result::Result<::velithon::reply::Response, ::velithon::route::Rejected> {
            #imports
            #share
            #(#first)*
            #(#second)*
            ::core::result::Result::Ok(#reply)
        }
        fn __velithon_endpoint(
            #call: ::velithon::route::Call,
        ) -> ::velithon::inject::BoxFuture<'static, ::velithon::reply::Response> {
            ::velithon::route::serve(#call, __velithon_serve)
        }
    }
}

fn imports(bound: &Bound) -> TokenStream {
    let any = |wanted: fn(&Source) -> bool| bound.arguments.iter().any(wanted);
    let mut imports = TokenStream::new();
    if any(|source| matches!(source, Source::Extractor { .. } | Source::Dependency { ask: Ask::Config, .. })) {
        imports.extend(quote! {
            #[allow(unused_imports)]
            use ::velithon::route::{
                OtherArgument as _, OwnArgument as _, PartsArgument as _, ReadyArgument as _, WholeArgument as _,
            };
        });
    }
    if any(|source| matches!(source, Source::Dependency { .. })) {
        imports.extend(wanted_imports());
    }
    if bound.route.signature.named_output().is_some() {
        imports.extend(quote! {
            #[allow(unused_imports)]
            use ::velithon::route::{AnyReturned as _, ReturnedReply as _};
        });
    }
    imports
}

/// The traits that [`wanted`] resolves by.
pub(crate) fn wanted_imports() -> TokenStream {
    quote! {
        #[allow(unused_imports)]
        use ::velithon::inject::{WantedAll as _, WantedNone as _, WantedOne as _};
    }
}

/// The key behind a type, whether or not it is provided.
pub(crate) fn wanted(inner: &Type) -> TokenStream {
    quote! { (&&&::velithon::inject::Wanted::<#inner>::NEW).key() }
}

fn first_phase(name: &Ident, source: &Source, call: &Ident) -> TokenStream {
    match source {
        Source::Capture { index, name: capture, ty } => {
            let span = located(ty.span());
            quote_spanned! {span=> let #name = #call.capture::<#ty>(#index, #capture)?; }
        }
        Source::Parameter(parameter) => {
            let value = value(parameter, call);
            quote! { let #name = #call.checked(#value)?; }
        }
        Source::Dependency { ask: Ask::Inject, inner, .. } => {
            let key = wanted(inner);
            quote! { let #name = ::velithon::Inject::<#inner>::from_object(#call.wanted(#key).await?); }
        }
        Source::Dependency { ask: Ask::All, inner, .. } => {
            let key = wanted(inner);
            quote! { let #name = ::velithon::All::<#inner>::from_object(#call.wanted(#key).await?); }
        }
        Source::Dependency { ask: Ask::Lazy, inner, .. } => {
            quote! { let #name = ::velithon::Lazy::<#inner>::from_resolver(#call.resolver()); }
        }
        Source::Dependency { ask: Ask::Factory, inner, .. } => {
            quote! { let #name = ::velithon::Factory::<#inner>::from_resolver(#call.resolver()); }
        }
        Source::Dependency { ask: Ask::Config, handle: ty, .. } | Source::Extractor { ty, .. } => {
            quote! { let #name = (&&&::velithon::route::Argument::<#ty>::NEW).start(&mut #call).await?; }
        }
    }
}

fn second_phase(name: &Ident, source: &Source, call: &Ident) -> TokenStream {
    match source {
        Source::Dependency { ask: Ask::Config, handle: ty, .. } | Source::Extractor { ty, .. } => {
            quote! { let #name = (&&::velithon::route::Argument::<#ty>::NEW).finish(#name, &mut #call).await?; }
        }
        _ => TokenStream::new(),
    }
}

/// One parameter, read and shaped.
fn value(parameter: &Parameter, call: &Ident) -> TokenStream {
    let Parameter { place, name, ty, shape } = parameter;
    let values = match place {
        Place::Query => quote!(::velithon::route::params::query(#call.query(), #name)),
        Place::Header => quote!(::velithon::route::params::header(#call.headers(), #name)),
        Place::Cookie => quote!(::velithon::route::params::cookie(#call.headers(), #name)),
    };
    let span = |ty: &Type| located(ty.span());
    match shape {
        Shape::One => quote_spanned! {span(ty)=> #values.one::<#ty>() },
        Shape::Default(default) => quote_spanned! {span(ty)=> #values.or::<#ty>(|| #default) },
        Shape::Optional(inner) => quote_spanned! {span(inner)=> #values.option::<#inner>() },
        Shape::Many(inner) => quote_spanned! {span(inner)=> #values.all::<#inner>() },
    }
}

/// The handler's call, turned into a response.
fn reply(bound: &Bound, names: &[Ident]) -> TokenStream {
    let value = value_of_handler(bound, names);
    let status = match &bound.route.options.status {
        Some(status) => quote!(#status),
        None => quote!(0),
    };
    match bound.route.signature.named_output() {
        // What the handler returns is written down once more, lest a body that never returns makes the rest unreachable.
        Some(ty) => {
            let ty = without_lifetimes(ty);
            quote! { ::velithon::route::Returned::<#ty>(#value).reply(#status) }
        }
        None => quote! { ::velithon::route::reply(#value, #status) },
    }
}

fn value_of_handler(bound: &Bound, names: &[Ident]) -> TokenStream {
    let signature = &bound.route.signature;
    let handler = &signature.name;
    let called = match (&bound.route.owner, names.split_first()) {
        (Some(owner), Some((this, rest))) if signature.receiver.is_some() => {
            quote! { <#owner>::#handler(&*#this #(, #rest)*) }
        }
        (Some(owner), _) => quote! { <#owner>::#handler(#(#names),*) },
        (None, _) => quote! { #handler(#(#names),*) },
    };
    if bound.route.options.blocking.is_some() {
        return quote! { ::velithon::route::blocking(move || #called).await? };
    }
    let awaiting = signature.awaiting();
    quote!(#called #awaiting)
}

/// A return type may name lifetimes of the handler, which mean nothing beside it.
pub(super) fn without_lifetimes(ty: &Type) -> Type {
    struct Eraser;
    impl syn::visit_mut::VisitMut for Eraser {
        fn visit_lifetime_mut(&mut self, lifetime: &mut syn::Lifetime) {
            if lifetime.ident != "static" {
                *lifetime = syn::Lifetime::new("'_", lifetime.span());
            }
        }
    }
    let mut ty = ty.clone();
    syn::visit_mut::VisitMut::visit_type_mut(&mut Eraser, &mut ty);
    ty
}
