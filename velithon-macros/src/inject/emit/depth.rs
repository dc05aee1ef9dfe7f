//! What the compiler computes over the graph of providers: a depth that no circle has, and who outlives whom.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;

use super::super::parse::{Provider, Scope, Source};
use super::located;
use crate::signature::Ask;
use crate::text;

/// 1 + the deepest dependency's, after the assertions on what a singleton may hold.
pub(super) fn depth(provider: &Provider) -> TokenStream {
    let asked: Vec<&Type> = asked(provider).collect();
    let captives = match provider.options.lives() {
        Scope::Singleton => asked.iter().map(|held| captive(provider, held)).collect(),
        Scope::Request | Scope::Transient => TokenStream::new(),
    };
    let Some((last, rest)) = asked.split_last() else { return quote!(1) };
    // Nested, since a slice would add notes to the error of a circle.
    let deepest = rest.iter().rev().fold(one(last), |deepest, held| {
        let held = one(held);
        quote! { ::velithon::inject::max2(#held, #deepest) }
    });
    quote! { { #captives 1 + #deepest } }
}

/// Whether the value belongs to one request, or holds what does.
pub(super) fn request_bound(provider: &Provider) -> TokenStream {
    match provider.options.lives() {
        Scope::Singleton => quote!(false),
        Scope::Request => quote!(true),
        Scope::Transient => {
            let bound = asked(provider).map(|held| quote! { ::velithon::inject::Wanted::<#held>::REQUEST_BOUND });
            bound.reduce(|bound, next| quote! { #bound || #next }).unwrap_or_else(|| quote!(false))
        }
    }
}

/// The types that are asked for one by one; a collection holds singletons only, which the plan sees to.
fn asked(provider: &Provider) -> impl Iterator<Item = &Type> {
    provider.needs.iter().filter_map(|need| match &need.source {
        Source::Asked(Ask::Inject | Ask::Lazy | Ask::Factory, ty) => Some(ty),
        _ => None,
    })
}

/// The depth of a dependency: the one place where a type without provider is an error, at the type.
fn one(held: &Type) -> TokenStream {
    let (first, last) = ends(held);
    let open = quote_spanned! {first=> < };
    let rest = quote_spanned! {last=> as ::velithon::inject::Provide>::DEPTH };
    quote! { #open #held #rest }
}

fn captive(provider: &Provider, held: &Type) -> TokenStream {
    let (keeper, kept) = (&provider.name, text::of(held));
    let message = format!(
        "the singleton `{keeper}` cannot hold the request-scoped `{kept}`; mark `{keeper}` with `#[inject(request)]`, \
         or pass `{kept}` to its methods as an argument"
    );
    let message = message.replace('{', "{{").replace('}', "}}");
    let span = located(held);
    quote_spanned! {span=> ::core::assert!(!::velithon::inject::Wanted::<#held>::REQUEST_BOUND, #message); }
}

/// The first and last token of a type: together they make the compiler underline all of it.
fn ends(ty: &Type) -> (Span, Span) {
    let mut spans = ty.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}
