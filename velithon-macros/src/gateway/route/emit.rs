//! Writes the record of a gateway. Everything is decided by now.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::check::{Checked, Parts};
use super::parse::Shape;
use crate::gateway::tokens::{attributes, dependencies, hooks, upstream_key};
use crate::route::emit;

/// The `const _` that stands beside the item.
pub(super) fn emit(checked: &Checked) -> TokenStream {
    let Checked { gateway, bound } = checked;
    let Parts { shape, key, upstream, read } = gateway;
    let cfgs = &bound.route.cfgs;
    let item = bound.route.signature.name.unraw().to_string();
    let path = bound.route.path.as_str();
    let (shape, call) = match shape {
        Shape::Prefix => (quote!(Prefix), quote!(::core::option::Option::None)),
        Shape::Template => {
            let wrapper = emit::wrapper(bound);
            (quote!(Template), quote!(::core::option::Option::Some(#wrapper)))
        }
    };
    let assertions = assertions(checked);
    let upstream = upstream_key(upstream);
    let attributes = attributes(&read.settings);
    let hooks = hooks("GatewayHooks", &read.hooks);
    let mut needs = emit::dependencies(&bound.arguments);
    needs.extend(dependencies(&read.hooks));
    let options = emit::options(bound);
    let origin = crate::place::origin(bound.route.signature.name.span());
    quote! {
        #(#cfgs)*
        #[allow(deprecated)]
        const _: () = {
            #assertions
            ::velithon::__submit! {
                ::velithon::gateway::GatewayRecord {
                    key: #key,
                    item: #item,
                    path: #path,
                    shape: ::velithon::gateway::Shape::#shape,
                    upstream: #upstream,
                    attributes: #attributes,
                    hooks: #hooks,
                    call: #call,
                    dependencies: &[#needs],
                    options: #options,
                    origin: #origin,
                }
            }
        };
    }
}

/// What the types must be. A struct is named once, so that it does not count as never used.
fn assertions(checked: &Checked) -> TokenStream {
    match checked.gateway.shape {
        Shape::Template => emit::assertions(&checked.bound),
        Shape::Prefix => {
            let name = &checked.bound.route.signature.name;
            quote! { const _: fn() = || { let _ = #name; }; }
        }
    }
}
