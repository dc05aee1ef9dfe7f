//! Writes the function that Rust calls in place of the user's. Everything is decided by now.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ReturnType;
use syn::spanned::Spanned;

use super::Kind;
use super::parse::Start;

pub(super) fn emit(start: &Start) -> TokenStream {
    let signature = &start.item.sig;
    let attributes = &start.item.attrs;
    let visibility = &start.item.vis;
    let name = &signature.ident;
    let block = &start.item.block;
    let include = include(start);
    let (mark, output, call) = match start.kind {
        Kind::Main => (None, quote! { -> ::std::process::ExitCode }, main(start)),
        // By its full path: `test` alone may be the attribute that is being expanded.
        Kind::Test => (Some(quote! { #[::core::prelude::v1::test] }), signature.output.to_token_stream(), test(start)),
    };
    quote! {
        #(#attributes)*
        #mark
        #visibility fn #name() #output {
            #signature #block
            #include
            #call
        }
    }
}

fn main(start: &Start) -> TokenStream {
    let root = root(start);
    let app = Ident::new("app", Span::mixed_site());
    // A wrong result is told where its type is written.
    let span = match &start.item.sig.output {
        ReturnType::Type(_, ty) => Span::call_site().located_at(ty.span()),
        ReturnType::Default => Span::call_site(),
    };
    let ended = Ident::new("ended", Span::mixed_site().located_at(span));
    let told = quote_spanned! {span=> ::velithon::__private::ended(#ended) };
    quote! {
        ::velithon::__private::main(#root, |#app| async move {
            let #ended = main(#app).await;
            #told
        })
    }
}

fn test(start: &Start) -> TokenStream {
    let root = root(start);
    let name = &start.item.sig.ident;
    quote! { ::velithon::__private::test(#root, #name) }
}

/// The function with its body and without a caller, so that an editor goes on completing it.
pub(super) fn broken(start: &Start) -> TokenStream {
    let item = &start.item;
    if start.kind == Kind::Test {
        // Attributes of the test harness mean nothing on a function that is no test.
        let mut item = item.clone();
        item.attrs.clear();
        return quote! { #[allow(dead_code)] #item };
    }
    let mut user = item.clone();
    user.attrs.clear();
    quote! { #[allow(dead_code)] fn main() { #user } }
}

/// Links each included crate, whose records would otherwise be left out with everything nobody names.
fn include(start: &Start) -> TokenStream {
    let crates = &start.include;
    if crates.is_empty() {
        return TokenStream::new();
    }
    let linked = crates.iter().map(|name| {
        let span = Span::call_site().located_at(name.span());
        quote_spanned! {span=> extern crate #name as _; }
    });
    quote! { const _: () = { #(#linked)* }; }
}

fn root(start: &Start) -> TokenStream {
    let names = start.include.iter().map(ToString::to_string);
    quote! {
        ::velithon::__private::Root { origin: ::velithon::__origin!(), include: &[#(#names),*] }
    }
}
