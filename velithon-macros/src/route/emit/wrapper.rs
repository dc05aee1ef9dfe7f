//! The closure that gives every argument its value and calls the handler.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

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
    let body = quote! {
        #imports
        #share
        #(#first)*
        #(#second)*
        ::core::result::Result::<::velithon::reply::Response, ::velithon::route::Rejected>::Ok(#reply)
    };
    // A future that is not `Send` is the handler's fault, so that is where it is shown.
    let future = quote_spanned! {bound.route.signature.name.span()=>
        ::velithon::route::serve(async move { #body })
    };
    quote! { |#[allow(unused_mut, unused_variables)] mut #call: ::velithon::route::Call| #future }
}

fn imports(bound: &Bound) -> TokenStream {
    let any = |wanted: fn(&Source) -> bool| bound.arguments.iter().any(wanted);
    let mut imports = TokenStream::new();
    if any(|source| matches!(source, Source::Extractor { .. } | Source::Dependency { ask: Ask::Config, .. })) {
        imports.extend(quote! {
            #[allow(unused_imports)]
            use ::velithon::route::resolution::*;
        });
    }
    if any(|source| matches!(source, Source::Dependency { .. })) {
        imports.extend(wanted_imports());
    }
    if bound.route.signature.receiver.is_some() {
        imports.extend(quote! {
            #[allow(unused_imports)]
            use ::velithon::route::{AnyReceiver as _, ReceiverOf as _};
        });
    }
    if bound.route.signature.named_output().is_some() {
        imports.extend(quote! {
            #[allow(unused_imports)]
            use ::velithon::route::replies::*;
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
            let read = read(ty);
            quote! {
                let #name = #call.capture(#index, #capture, #read)?;
            }
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
            quote! { let #name = (&&&::velithon::route::Argument::<#ty>::NEW).velithon_start(&mut #call).await?; }
        }
    }
}

fn second_phase(name: &Ident, source: &Source, call: &Ident) -> TokenStream {
    match source {
        Source::Dependency { ask: Ask::Config, handle: ty, .. } | Source::Extractor { ty, .. } => {
            quote! { let #name = (&&&&::velithon::route::Argument::<#ty>::NEW).velithon_finish(#name, &mut #call).await?; }
        }
        _ => TokenStream::new(),
    }
}

/// How a text becomes a type. A closure, since a function's name would demand the trait where it is passed, too.
fn read(ty: &Type) -> TokenStream {
    let span = located(ty.span());
    let text = Ident::new("text", Span::mixed_site());
    quote_spanned! {span=> |#text| <#ty as ::velithon::route::params::FromText>::from_text(#text) }
}

/// One parameter, read and shaped.
fn value(parameter: &Parameter, call: &Ident) -> TokenStream {
    let Parameter { place, name, ty, shape } = parameter;
    let values = match place {
        Place::Query => quote!(::velithon::route::params::query(#call.query(), #name)),
        Place::Header => quote!(::velithon::route::params::header(#call.headers(), #name)),
        Place::Cookie => quote!(::velithon::route::params::cookie(#call.headers(), #name)),
    };
    match shape {
        Shape::One => {
            let read = read(ty);
            quote! { #values.one(#read) }
        }
        Shape::Default(default) => {
            let read = read(ty);
            quote! { #values.or(#read, || #default) }
        }
        Shape::Optional(inner) => {
            let read = read(inner);
            quote! { #values.option(#read) }
        }
        Shape::Many(inner) => {
            let read = read(inner);
            quote! { #values.all(#read) }
        }
    }
}

/// The handler's call, turned into a response.
fn reply(bound: &Bound, names: &[Ident]) -> TokenStream {
    let value = value_of_handler(bound, names);
    let status = match &bound.route.options.status {
        Some(status) => quote!(#status),
        None => quote!(0),
    };
    let signature = &bound.route.signature;
    match signature.named_output() {
        Some(ty) => {
            let ty = without_lifetimes(ty);
            quote! { (&&&&::velithon::route::Returned::<#ty>::NEW).velithon_reply(#value, #status) }
        }
        None => {
            // An `impl Trait` cannot be named, but what it is not is told where it is written.
            let span = match &signature.output {
                ReturnType::Type(_, ty) => ty.span(),
                ReturnType::Default => Span::mixed_site(),
            };
            let returned = Ident::new("returned", Span::mixed_site().located_at(span));
            let status = quote!(::velithon::route::status(#status));
            quote! { { let #returned = #value; ::velithon::Reply::reply(#returned, #status) } }
        }
    }
}

fn value_of_handler(bound: &Bound, names: &[Ident]) -> TokenStream {
    let signature = &bound.route.signature;
    let handler = &signature.name;
    let called = match (&bound.route.owner, names.split_first()) {
        (Some(owner), Some((this, rest))) if signature.receiver.is_some() => {
            quote! { <#owner>::#handler(::velithon::route::Receiver(&#this).velithon_receiver() #(, #rest)*) }
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
pub(crate) fn without_lifetimes(ty: &Type) -> Type {
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
