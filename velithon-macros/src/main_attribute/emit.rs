//! Writes the function that Rust calls in place of the user's. Everything is decided by now.

use proc_macro2::{Span, TokenStream};
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
    let user = quote! { #signature #block };
    let include = include(start);
    let root = root(start);
    let (mark, output, run) = match start.kind {
        Kind::Main => (None, quote! { -> ::std::process::ExitCode }, quote!(main)),
        // By its full path: `test` alone may be the attribute that is being expanded.
        Kind::Test => (Some(quote! { #[::core::prelude::v1::test] }), signature.output.to_token_stream(), quote!(test)),
    };
    // A wrong type of the argument or the result is told where it is written.
    let span = match &signature.output {
        ReturnType::Type(_, ty) => Span::call_site().located_at(ty.span()),
        ReturnType::Default => Span::call_site(),
    };
    let call = quote_spanned! {span=> ::velithon::__private::#run(#root, #name) };
    quote! {
        #(#attributes)*
        #mark
        #visibility fn #name() #output {
            #user
            #include
            #call
        }
    }
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
    quote! { const _: () = { #(extern crate #crates as _;)* }; }
}

fn root(start: &Start) -> TokenStream {
    let names = start.include.iter().map(ToString::to_string);
    quote! {
        ::velithon::__private::Root { origin: ::velithon::__origin!(), include: &[#(#names),*] }
    }
}
