//! A trait marked `#[inject]` or `#[inject(all)]`.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::mend;
use super::super::parse::Slot;
use super::{binding, block, implementation, located};

/// The trait's key, and how it is seen.
pub(super) fn slot(slot: &Slot) -> TokenStream {
    let name = &slot.name;
    let value = quote!(dyn #name);
    let view = quote!(&**::velithon::inject::see::<::std::sync::Arc<dyn #name>>(object));
    items(slot, &value, &view)
}

/// The same, seen as the stand-in of a trait that makes no trait object.
pub(super) fn stand_in(slot: &Slot) -> TokenStream {
    let stand_in = mend::stand_in();
    let items = items(slot, &quote!(#stand_in), &quote!(::velithon::inject::see::<#stand_in>(object)));
    let declared = mend::stand_in_items(slot);
    quote! {
        #[allow(missing_docs, missing_debug_implementations, unreachable_pub)]
        const _: () = { #declared #items };
    }
}

fn items(slot: &Slot, value: &TokenStream, view: &TokenStream) -> TokenStream {
    let (name, visibility) = (&slot.name, &slot.visibility);
    let text = format!("dyn {name}");
    let provide = if slot.all { provide_all(slot) } else { provide(slot, value, view) };
    let collect = match slot.all {
        true => quote!(::core::option::Option::Some(::velithon::inject::collect::<dyn #name>)),
        false => quote!(::core::option::Option::None),
    };
    block(&quote! {
        static __VELITHON_KEY: ::velithon::inject::Key = ::velithon::inject::Key::new(#text);
        impl dyn #name {
            #[doc(hidden)]
            #[allow(dead_code)]
            #visibility const __VELITHON_SLOT: bool = true;
        }
        #provide
        ::velithon::__submit! {
            ::velithon::inject::SlotRecord {
                name: #text,
                key: || &__VELITHON_KEY,
                collect: #collect,
                origin: ::velithon::__origin!(),
            }
        }
    })
}

/// One binding holds; which one, and how deep it stands, only the plan knows.
fn provide(slot: &Slot, value: &TokenStream, view: &TokenStream) -> TokenStream {
    let name = &slot.name;
    let object = syn::parse_quote_spanned! {located(name)=> dyn #name };
    let cast = binding::cast(&object, &syn::parse_quote!(#name), name);
    let body = quote! {
        type Value = #value;
        const DEPENDENCIES: ::velithon::inject::Reach = ::velithon::inject::Reach::SLOT;
        const SCOPE: ::velithon::inject::Scope = ::velithon::inject::Scope::Singleton;
        type Cast = __VelithonCast;
        fn key() -> &'static ::velithon::inject::Key {
            &__VELITHON_KEY
        }
        fn view(object: &(dyn ::core::any::Any + ::core::marker::Send + ::core::marker::Sync)) -> &Self::Value {
            #view
        }
    };
    let provide = implementation(name, &quote! { <'v> ::velithon::inject::Provide for dyn #name + 'v }, &body);
    quote! { #cast #provide }
}

fn provide_all(slot: &Slot) -> TokenStream {
    let name = &slot.name;
    let body = quote! {
        type Value = dyn #name;
        fn key() -> &'static ::velithon::inject::Key {
            &__VELITHON_KEY
        }
    };
    implementation(name, &quote! { <'v> ::velithon::inject::ProvideAll for dyn #name + 'v }, &body)
}
