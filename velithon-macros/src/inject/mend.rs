//! What stands in place of a slot with `async` methods and no `#[async_trait]`, beside the fault that says so.
//!
//! As it was written the trait makes no trait object, which the compiler would say wherever one is named: in every provider and
//! handler that asks for it. Here it makes one, and those who ask for it get a stand-in with all of its methods, so that the
//! fault is told once.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{ItemTrait, TraitItem, parse_quote};

use super::check::unboxed;
use super::parse::Slot;

/// The trait with its async methods kept out of the trait object.
pub(super) fn mended(slot: &Slot) -> ItemTrait {
    let mut item = slot.item.clone();
    for function in item.items.iter_mut() {
        if let TraitItem::Fn(function) = function
            && unboxed(function)
        {
            function.sig.generics.make_where_clause().predicates.push(parse_quote!(Self: Sized));
        }
    }
    item
}

/// The name of the stand-in.
pub(super) fn stand_in() -> Ident {
    Ident::new("__VelithonStandIn", Span::call_site())
}

/// A type with the methods of the trait, none of which is ever called.
pub(super) fn stand_in_items(slot: &Slot) -> TokenStream {
    let name = stand_in();
    let signatures = slot.item.items.iter().filter_map(|item| match item {
        TraitItem::Fn(function) if function.sig.receiver().is_some() => Some(&function.sig),
        _ => None,
    });
    quote! {
        pub struct #name;
        #[allow(unused_variables, dead_code)]
        impl #name { #(pub #signatures { loop {} })* }
    }
}
