//! A section to tokens; no decision is left here.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::parse::{Key, Section, names_self};

/// The struct as it was, then what makes it a section.
pub(super) fn emit(item: &TokenStream, section: &Section) -> TokenStream {
    let Section { name, ident, keys } = section;
    let type_name = ident.unraw().to_string();
    let fields = keys.iter().map(field);
    let units: TokenStream = keys.iter().filter(|key| key.read.is_none()).map(has_units).collect();
    let probes = probes(section);
    // What the struct lacks is reported at its name.
    let at_name = Span::call_site().located_at(ident.span());
    let implementation = quote_spanned! { at_name => impl ::velithon::config::Section for #ident };
    let (tree, record, reader) = (local("tree"), local("record"), local("reader"));
    let read = quote_spanned! { at_name =>
        ::velithon::config::probe::read::<#ident, _>(#reader, #tree, #record, ::velithon::__config_rules!(#ident))
    };
    quote! {
        #item
        const _: () = {
            static __VELITHON_KEY: ::velithon::inject::Key = ::velithon::inject::Key::new(#type_name);
            #[automatically_derived]
            #implementation {
                const NAME: &'static str = #name;
                fn key() -> &'static ::velithon::inject::Key {
                    &__VELITHON_KEY
                }
            }
            fn __velithon_read(
                #tree: &::velithon::config::Tree,
                #record: &::velithon::config::ConfigRecord,
            ) -> ::velithon::config::Reading {
                let #reader = ::velithon::__config_reader!(#ident);
                #read
            }
            #probes
            #units
            ::velithon::__submit! {
                ::velithon::config::ConfigRecord {
                    section: #name,
                    type_name: #type_name,
                    key: &__VELITHON_KEY,
                    fields: &[#(#fields),*],
                    read: __velithon_read,
                    field: __velithon_field,
                    origin: ::velithon::__origin!(),
                }
            }
        };
    }
}

fn field(key: &Key) -> TokenStream {
    let name = key.ident.unraw().to_string();
    let keys = &key.names;
    quote! { #(::velithon::config::Field { key: #keys, name: #name }),* }
}

/// That the field is no bare duration, by its type: it may have any name.
fn has_units(key: &Key) -> TokenStream {
    let Key { ident, ty, names, .. } = key;
    if names_self(ty.to_token_stream()) {
        return TokenStream::new();
    }
    let example = names.first().map_or("", String::as_str);
    let told = format!(
        "serde reads the duration `{}` from a table of seconds and nanoseconds; for `{example} = \"30s\"` add \
         `#[serde(with = \"velithon::config::duration\")]` to it",
        ident.unraw()
    );
    let span = Span::call_site().located_at(ty.span());
    quote_spanned! {span=>
        const _: () = {
            #[allow(unused_imports)]
            use ::velithon::config::probe::AsWritten as _;
            ::velithon::record::verify(::velithon::config::probe::Of::<#ty>::AS_WRITTEN, #told)
        };
    }
}

/// The function that finds the field of a key.
fn probes(section: &Section) -> TokenStream {
    let ident = &section.ident;
    let (object, key, held) = (local("object"), local("key"), local("section"));
    let seen: Vec<TokenStream> =
        section.keys.iter().filter(|key| !names_self(key.ty.to_token_stream())).map(|key| probe(key, &held)).collect();
    let found = match seen.as_slice() {
        [] => quote! { { let _ = (#object, #key); ::core::option::Option::None } },
        seen => quote! {
            {
                let #held = #object.downcast_ref::<#ident>()?;
                match #key {
                    #(#seen)*
                    _ => ::core::option::Option::None,
                }
            }
        },
    };
    quote! {
        #[allow(deprecated)]
        fn __velithon_field<'a>(
            #object: &'a ::velithon::inject::Object,
            #key: &str,
        ) -> ::core::option::Option<::std::boxed::Box<dyn ::velithon::config::probe::Probe + 'a>>
        #found
    }
}

fn probe(key: &Key, held: &syn::Ident) -> TokenStream {
    let Key { ident, ty, names, read } = key;
    let read = read.as_ref().map(|path| quote! { , #path });
    quote! { #(#names)|* => ::core::option::Option::Some(::velithon::__config_field!(#held . #ident : #ty #read)), }
}

/// The name of a variable that no name of the user's can be.
fn local(name: &str) -> syn::Ident {
    syn::Ident::new(name, Span::mixed_site())
}
