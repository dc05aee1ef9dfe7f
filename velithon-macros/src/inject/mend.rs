//! What stands in place of a slot with `async` methods and no `#[async_trait]`, beside the fault that says so.
//!
//! As it was written the trait makes no trait object, which the compiler would say wherever one is named: in every provider and
//! handler that asks for it. Here it makes one, and its methods can be called on it, so that the fault is told once.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Signature, TraitItem, parse_quote};

use super::check::unboxed;
use super::parse::Slot;

/// The trait with its async methods kept out of the trait object, and the same methods beside it.
pub(super) fn mended(slot: &Slot) -> TokenStream {
    let name = &slot.name;
    let mut item = slot.item.clone();
    let mut methods: Vec<Signature> = Vec::new();
    for function in item.items.iter_mut() {
        if let TraitItem::Fn(function) = function
            && unboxed(function)
        {
            methods.push(function.sig.clone());
            function.sig.generics.make_where_clause().predicates.push(parse_quote!(Self: Sized));
        }
    }
    let methods = methods.iter().map(|signature| quote! { pub #signature { loop {} } });
    quote! {
        #item
        #[allow(missing_docs, unreachable_pub, unused_variables, dead_code, private_interfaces)]
        const _: () = {
            impl dyn #name { #(#methods)* }
        };
    }
    .into_token_stream()
}
