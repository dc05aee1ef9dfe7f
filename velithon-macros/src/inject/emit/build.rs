//! The functions of a record: one finds each key, one builds the value, one stops it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;

use super::super::parse::{Call, Make, Need, Provider, Source};
use super::{local, located, need_key};
use crate::signature::Ask;

pub(super) fn items(provider: &Provider) -> TokenStream {
    let keys = provider.needs.iter().enumerate().filter_map(|(index, need)| match &need.source {
        Source::Asked(ask, ty) => Some(key(index, *ask, ty)),
        Source::Default | Source::Value(_) => None,
    });
    let build = match &provider.make {
        Make::Given => TokenStream::new(),
        make => build(provider, make),
    };
    let stop = provider.options.stop.as_ref().map(|method| stop(provider, method));
    quote! { #(#keys)* #build #stop }
}

fn key(index: usize, ask: Ask, ty: &Type) -> TokenStream {
    let name = need_key(index);
    let span = syn::spanned::Spanned::span(ty);
    let found = match ask {
        Ask::Inject | Ask::Lazy | Ask::Factory => quote! { (&&&::velithon::inject::Wanted::<#ty>::NEW).key() },
        // Named here and nowhere else, so a type that is none is one error.
        Ask::All => {
            let key = quote_spanned! {span=> <#ty as ::velithon::inject::ProvideAll>::key() };
            quote! { ::core::option::Option::Some(#key) }
        }
        Ask::Config => {
            let key = quote_spanned! {span=> <#ty as ::velithon::config::Section>::key() };
            quote! { ::core::option::Option::Some(#key) }
        }
    };
    quote! {
        fn #name() -> ::core::option::Option<&'static ::velithon::inject::Key> {
            #found
        }
    }
}

fn build(provider: &Provider, make: &Make) -> TokenStream {
    let resolver = local("resolver");
    let value = local("value");
    let names: Vec<Ident> = (0..provider.needs.len()).map(|index| local(&format!("need_{index}"))).collect();
    let needs = names.iter().zip(&provider.needs).enumerate().map(|(index, (name, need))| {
        let made = need_value(index, need, &resolver);
        quote! { let #name = #made; }
    });
    let made = made(provider, make, &names);
    // A value that threads cannot share is an error at its type.
    let shared = Ident::new("value", Span::mixed_site().located_at(located(&provider.value)));
    let object = quote! { ::velithon::inject::object(#shared) };
    quote! {
        fn __velithon_build(
            #[allow(unused_variables)] #resolver: ::velithon::inject::Resolver<'_>,
        ) -> ::velithon::inject::BoxFuture<
            '_,
            ::core::result::Result<::velithon::inject::Object, ::velithon::reply::Error>,
        > {
            ::std::boxed::Box::pin(async move {
                #(#needs)*
                let #value = #made;
                ::core::result::Result::Ok(#object)
            })
        }
    }
}

/// The value of one field or argument.
fn need_value(index: usize, need: &Need, resolver: &Ident) -> TokenStream {
    let ty = &need.ty;
    match &need.source {
        Source::Default => {
            let span = located(ty);
            quote_spanned! {span=> <#ty as ::core::default::Default>::default() }
        }
        Source::Value(value) => {
            let made = local("made");
            quote! { { let #made: #ty = #value; #made } }
        }
        Source::Asked(ask, inner) => asked(*ask, inner, &need_key(index), resolver),
    }
}

fn asked(ask: Ask, inner: &Type, key: &Ident, resolver: &Ident) -> TokenStream {
    let handle = format_ident!("{}", ask.variant());
    match ask {
        Ask::Inject | Ask::All => {
            quote! { ::velithon::inject::#handle::<#inner>::from_object(#resolver.wanted(#key()).await?) }
        }
        Ask::Lazy | Ask::Factory => quote! { ::velithon::inject::#handle::<#inner>::from_resolver(#resolver) },
        Ask::Config => quote! { #resolver.config::<#inner>(#key()).await? },
    }
}

/// The expression that makes the value out of its needs.
fn made(provider: &Provider, make: &Make, needs: &[Ident]) -> TokenStream {
    let value = &provider.value;
    match make {
        Make::Given | Make::Unit => quote!(#value),
        Make::Tuple => quote!(#value(#(#needs),*)),
        Make::Fields(names) => quote!(#value { #(#names: #needs),* }),
        Make::Call(call) => called(call, needs),
    }
}

fn called(call: &Call, needs: &[Ident]) -> TokenStream {
    let path = &call.path;
    let awaiting = call.is_async.then(|| quote!(.await));
    let called = quote! { #path(#(#needs),*)#awaiting };
    let Some(failure) = call.failure else { return called };
    let (value, error) = (local("value"), local("error"));
    let told = quote_spanned! {failure=> ::velithon::inject::Failed::new(#error).told() };
    quote! {
        match #called {
            ::core::result::Result::Ok(#value) => #value,
            ::core::result::Result::Err(#error) => return ::core::result::Result::Err(#told),
        }
    }
}

/// Ends a singleton by its method, synchronous or not.
fn stop(provider: &Provider, method: &Ident) -> TokenStream {
    let (object, held, stopping, kind) = (local("object"), local("held"), local("stopping"), local("kind"));
    let (value, name) = (&provider.value, provider.name.to_string());
    let settled = quote_spanned! {located(method)=> #kind.settle(#stopping, #name) };
    quote! {
        fn __velithon_stop(#object: ::velithon::inject::Object) -> ::velithon::inject::BoxFuture<'static, ()> {
            ::std::boxed::Box::pin(async move {
                let #held = ::velithon::inject::downcast::<#value>(#object);
                let #held: &#value = &#held;
                let #stopping = #held.#method();
                let #kind = (&&::velithon::inject::StopOf::of(&#stopping)).kind();
                #settled.await;
            })
        }
    }
}
