//! Writes what an item provides: the implementation the compiler checks, and the record the plan reads.
//!
//! Every decision is made by now. A type that is asked for is named as `Provide` once, in the depth; everywhere else it
//! goes through `Wanted`, so that a missing provider is one error.

mod binding;
mod build;
mod reach;
mod slot;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

use super::parse::{Make, Provider, Scope, Slot, Source, Subject};

/// The `const _` that stands beside the item.
pub(super) fn emit(subject: &Subject) -> TokenStream {
    match subject {
        Subject::Provider(subject) => provider(subject),
        Subject::Slot(subject) => slot::slot(subject),
    }
}

/// A slot whose values are seen as a stand-in.
pub(super) fn stand_in(subject: &Slot) -> TokenStream {
    slot::stand_in(subject)
}

fn provider(provider: &Provider) -> TokenStream {
    let provide = provide(provider);
    let binding = provider.options.binding.as_ref().map(|bound| binding::items(provider, bound));
    let build = build::items(provider);
    let record = record(provider);
    block(&quote! { #provide #binding #build #record })
}

/// Keeps our items out of the user's names, and the user's lints out of our items.
fn block(items: &TokenStream) -> TokenStream {
    quote! {
        #[allow(
            deprecated, missing_debug_implementations, missing_docs, private_bounds, private_interfaces, unreachable_pub,
            unused_imports, unused_qualifications
        )]
        const _: () = {
            use ::velithon::inject::{
                FailedBoxed as _, FailedDirectly as _, NoEnd as _, NoSlot as _, StopLater as _, StopNow as _,
                WantedAll as _, WantedNone as _, WantedOne as _,
            };
            #items
        };
    }
}

/// The provider under its own name.
fn provide(provider: &Provider) -> TokenStream {
    let Provider { name, key, value, options, .. } = provider;
    let reach = reach::reach(provider);
    let reach = dependencies(name, &reach);
    let checked = quote_spanned! {located(name)=> <#key as ::velithon::inject::Provide>::DEPENDENCIES };
    let scope = scope(options.lives());
    let key_name = name.unraw().to_string();
    let view = quote_spanned! {located(name)=> ::velithon::inject::see::<#value>(object) };
    let body = quote! {
        type Value = #value;
        #reach
        const SCOPE: ::velithon::inject::Scope = #scope;
        type Cast = ::velithon::inject::Itself<#value>;
        fn key() -> &'static ::velithon::inject::Key {
            &__VELITHON_KEY
        }
        fn view(object: &(dyn ::core::any::Any + ::core::marker::Send + ::core::marker::Sync)) -> &#value {
            #view
        }
    };
    let implementation = implementation(name, &quote! { ::velithon::inject::Provide for #key }, &body);
    quote! {
        static __VELITHON_KEY: ::velithon::inject::Key = ::velithon::inject::Key::new(#key_name);
        #implementation
        // An associated constant is evaluated only where something uses it.
        const _: ::velithon::inject::Reach = #checked;
    }
}

/// The constant by whose name the compiler tells a circle, shown at `place`.
fn dependencies(place: &impl ToTokens, reach: &TokenStream) -> TokenStream {
    quote_spanned! {located(place)=> const DEPENDENCIES: ::velithon::inject::Reach = #reach; }
}

/// `impl #header { #body }`, shown at `place` by errors about the whole: two of one type, or a circle through it.
fn implementation(place: &impl ToTokens, header: &TokenStream, body: &TokenStream) -> TokenStream {
    let span = located(place);
    let header = header.clone().into_iter().map(|mut token| {
        token.set_span(token.span().located_at(span));
        token
    });
    let header: TokenStream = header.collect();
    // What is not provided is not mended by a list of what is.
    quote_spanned! {span=> #[automatically_derived] #[diagnostic::do_not_recommend] impl #header { #body } }
}

fn record(provider: &Provider) -> TokenStream {
    let Provider { name, key, value, options, .. } = provider;
    let text = name.unraw().to_string();
    let binding = option(options.binding.as_ref().map(binding::record));
    let scope = scope(options.lives());
    let when = option(options.when.as_ref());
    let dependencies = provider.needs.iter().enumerate().filter_map(|(index, need)| match &need.source {
        Source::Asked(ask, _) => {
            let (key, ask) = (need_key(index), ask.variant());
            Some(quote! { ::velithon::inject::Dependency { key: #key, ask: ::velithon::inject::Ask::#ask } })
        }
        Source::Default | Source::Value(_) => None,
    });
    let build = option((!matches!(provider.make, Make::Given)).then(|| quote!(__velithon_build)));
    let stop = option(options.stop.as_ref().map(|_| quote!(__velithon_stop)));
    let finish = match options.lives() {
        Scope::Request => quote! { <::velithon::inject::EndOf<#value>>::FINISH },
        Scope::Singleton | Scope::Transient => option(None::<TokenStream>),
    };
    quote! {
        ::velithon::__submit! {
            ::velithon::inject::ProviderRecord {
                name: #text,
                key: <#key as ::velithon::inject::Provide>::key,
                binding: #binding,
                scope: #scope,
                when: #when,
                dependencies: &[#(#dependencies),*],
                build: #build,
                stop: #stop,
                finish: #finish,
                origin: ::velithon::__origin!(),
            }
        }
    }
}

fn scope(scope: Scope) -> TokenStream {
    match scope {
        Scope::Singleton => quote!(::velithon::inject::Scope::Singleton),
        Scope::Request => quote!(::velithon::inject::Scope::Request),
        Scope::Transient => quote!(::velithon::inject::Scope::Transient),
    }
}

fn option<T: ToTokens>(value: Option<T>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// The function that finds the key of the need at `index`.
fn need_key(index: usize) -> Ident {
    format_ident!("__velithon_need_{index}")
}

/// A local of ours, which no expression of the user can see.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Tokens of ours that errors show at `place`.
fn located(place: &impl ToTokens) -> Span {
    Span::call_site().located_at(syn::spanned::Spanned::span(place))
}
