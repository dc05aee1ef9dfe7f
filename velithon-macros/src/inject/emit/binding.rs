//! `as = dyn Trait`: the second name of a provider's object.
//!
//! Whether the trait is a slot is not to be seen from here. The parameters of `OneBinding` are computed from the constant
//! that the trait's own `#[inject]` writes: a binding of a slot then stands beside others and provides nothing itself.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Type, TypeParamBound};

use super::super::parse::Provider;
use super::{dependencies, implementation, located};
use crate::text;

/// The items beside the provider.
pub(super) fn items(provider: &Provider, bound: &Type) -> TokenStream {
    let Some(traits) = traits(bound) else { return TokenStream::new() };
    let cast = cast(bound, traits, bound);
    let direct = direct(provider, bound);
    let convert = convert(provider, bound);
    let name = text::of(bound);
    quote! {
        static __VELITHON_BOUND: ::velithon::inject::Key = ::velithon::inject::Key::new(#name);
        #[doc(hidden)]
        pub struct __VelithonLocal;
        #cast
        #direct
        #convert
    }
}

/// The value of `ProviderRecord::binding`.
pub(super) fn record(_: &Type) -> TokenStream {
    quote! {
        ::velithon::inject::Binding { key: __velithon_bound_key, convert: __velithon_convert }
    }
}

fn traits(bound: &Type) -> Option<&TypeParamBound> {
    match bound {
        Type::TraitObject(object) => object.bounds.first(),
        _ => None,
    }
}

/// What may stand in for the trait: any type that has it.
pub(super) fn cast(bound: &Type, traits: &TypeParamBound, place: &impl ToTokens) -> TokenStream {
    let share = share(bound, place);
    quote! {
        #[doc(hidden)]
        pub struct __VelithonCast;
        impl<V: #traits + 'static> ::velithon::inject::Cast<#bound, V> for __VelithonCast {
            fn cast(value: V) -> ::velithon::inject::Object {
                #share(::std::sync::Arc::new(value))
            }
        }
    }
}

/// The trait object is shared, with the error at the trait when it cannot be.
fn share(bound: &Type, place: &impl ToTokens) -> TokenStream {
    let span = located(place);
    quote_spanned! {span=> ::velithon::inject::share::<#bound> }
}

fn direct(provider: &Provider, bound: &Type) -> TokenStream {
    let key = &provider.key;
    let object = with_lifetime(bound);
    let name = provider.name.to_string();
    let is_slot = quote! { <#bound>::__VELITHON_SLOT };
    let place = quote! {
        ::velithon::inject::place(
            #is_slot,
            ::core::concat!(::core::module_path!(), " ", #name, " ", ::core::line!(), ":", ::core::column!()),
        )
    };
    let tag = quote! { <::velithon::inject::Slot<{ #is_slot }> as ::velithon::inject::Choose<__VelithonLocal>>::Tag };
    let reach =
        dependencies(bound, &quote_spanned! {located(bound)=> <#key as ::velithon::inject::Provide>::DEPENDENCIES });
    let body = quote! {
        #reach
        const SCOPE: ::velithon::inject::Scope = <#key as ::velithon::inject::Provide>::SCOPE;
        type Cast = __VelithonCast;
        fn key() -> &'static ::velithon::inject::Key {
            &__VELITHON_BOUND
        }
        fn view(object: &(dyn ::core::any::Any + ::core::marker::Send + ::core::marker::Sync)) -> &Self {
            &**::velithon::inject::see::<::std::sync::Arc<#bound>>(object)
        }
    };
    implementation(bound, &quote! { <'v> ::velithon::inject::OneBinding<{ #place }, #tag> for #object }, &body)
}

fn convert(provider: &Provider, bound: &Type) -> TokenStream {
    let value = &provider.value;
    let share = share(bound, bound);
    let value = quote_spanned! {located(bound)=> ::velithon::inject::downcast::<#value>(object) };
    quote! {
        fn __velithon_bound_key() -> &'static ::velithon::inject::Key {
            (&&&::velithon::inject::Wanted::<#bound>::NEW).key().unwrap_or(&__VELITHON_BOUND)
        }
        fn __velithon_convert(object: ::velithon::inject::Object) -> ::velithon::inject::Object {
            #share(#value)
        }
    }
}

/// `dyn Trait + 'v`: with a fixed lifetime it would not be found inside a future.
fn with_lifetime(bound: &Type) -> Type {
    let mut object = bound.clone();
    if let Type::TraitObject(object) = &mut object {
        object.bounds.push(TypeParamBound::Lifetime(syn::Lifetime::new("'v", Span::call_site())));
    }
    object
}
