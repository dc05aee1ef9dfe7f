//! Writes the `Upstream` of a struct and its record.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

use super::parse::Upstream;
use crate::gateway::mark::conditions;
use crate::gateway::tokens::{at, attributes, dependencies, hooks};

/// The `const _` that stands beside the struct.
pub(super) fn emit(upstream: &Upstream) -> TokenStream {
    let name = &upstream.item.ident;
    let implementation = implementation(upstream);
    let type_name = name.unraw().to_string();
    let attributes = attributes(&upstream.read.settings);
    let hooks = hooks("UpstreamHooks", &upstream.read.hooks);
    let dependencies = dependencies(&upstream.read.hooks);
    let origin = crate::place::origin(name.span());
    block(
        upstream,
        &quote! {
            #implementation
            ::velithon::__submit! {
                ::velithon::gateway::UpstreamRecord {
                    key: <#name as ::velithon::gateway::UpstreamType>::key,
                    type_name: #type_name,
                    attributes: #attributes,
                    hooks: #hooks,
                    dependencies: &[#dependencies],
                    origin: #origin,
                }
            }
        },
    )
}

/// The upstream without a record, for one that has faults of its own.
pub(super) fn named(upstream: &Upstream) -> TokenStream {
    block(upstream, &implementation(upstream))
}

fn block(upstream: &Upstream, items: &TokenStream) -> TokenStream {
    let conditions = conditions(&upstream.item.attrs);
    quote! { #(#conditions)* #[allow(deprecated)] const _: () = { #items }; }
}

fn implementation(upstream: &Upstream) -> TokenStream {
    let item = &upstream.item.ident;
    let name = &upstream.name;
    let client = format!("Client<{}>", item.unraw());
    let key = format_ident!("__VELITHON_UPSTREAM");
    // Two attributes on one struct are two implementations, told at its name.
    let header = quote_spanned! {at(item)=> impl ::velithon::gateway::UpstreamType for #item };
    quote! {
        static #key: ::velithon::gateway::UpstreamKey = ::velithon::gateway::UpstreamKey::new(#name, #client);
        #[automatically_derived]
        #header {
            const NAME: &'static str = #name;
            fn key() -> &'static ::velithon::gateway::UpstreamKey {
                &#key
            }
        }
        // Nobody makes a value of it, and it is used all the same.
        const _: fn() = || { let _ = #item; };
    }
}
