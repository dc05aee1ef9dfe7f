//! What the compiler computes over the graph of providers: a reach that no circle has, and who outlives whom.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;

use super::super::parse::{Provider, Scope, Source};
use super::{local, located, scope};
use crate::signature::Ask;
use crate::text;

/// The value of `DEPENDENCIES`: over every dependency, after the assertion that a singleton may hold it.
pub(super) fn reach(provider: &Provider) -> TokenStream {
    let lives = scope(provider.options.lives());
    let of = quote! { ::velithon::inject::Reach::of(#lives) };
    let asked: Vec<&Type> = asked(provider).collect();
    if asked.is_empty() {
        return of;
    }
    let (reach, needed) = (local("reach"), local("needed"));
    // Statements, since a slice would add notes to the error of a circle.
    let over = asked.into_iter().map(|held| {
        let one = one(held);
        let captive = (provider.options.lives() == Scope::Singleton).then(|| captive(provider, held, &needed));
        quote! {
            let #needed = #one;
            #captive
            let #reach = #reach.over(#needed);
        }
    });
    quote! { { let #reach = #of; #(#over)* #reach } }
}

/// The types that are asked for one by one; a collection holds singletons only, which the plan sees to.
fn asked(provider: &Provider) -> impl Iterator<Item = &Type> {
    provider.needs.iter().filter_map(|need| match &need.source {
        Source::Asked(Ask::Inject | Ask::Lazy | Ask::Factory, ty) => Some(&**ty),
        _ => None,
    })
}

/// The reach of a dependency: the one place where a type without provider is an error, at the type.
fn one(held: &Type) -> TokenStream {
    let (first, last) = ends(held);
    let open = quote_spanned! {first=> < };
    let rest = quote_spanned! {last=> as ::velithon::inject::Provide>::DEPENDENCIES };
    quote! { #open #held #rest }
}

fn captive(provider: &Provider, held: &Type, needed: &proc_macro2::Ident) -> TokenStream {
    let (keeper, kept) = (&provider.name, text::of(held));
    let message = format!(
        "the singleton `{keeper}` cannot hold the request-scoped `{kept}`; mark `{keeper}` with `#[inject(request)]`, \
         or let the handler ask for `{kept}` and pass it on"
    );
    let message = message.replace('{', "{{").replace('}', "}}");
    let span = located(held);
    quote_spanned! {span=> ::core::assert!(!#needed.request_bound(), #message); }
}

/// The first and last token of a type: together they make the compiler underline all of it.
fn ends(ty: &Type) -> (Span, Span) {
    let mut spans = ty.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}
