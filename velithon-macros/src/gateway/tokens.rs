//! Settings and hooks as the constants of a record.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Path, Type};

use super::schema::{Hook, is_type};
use super::settings::{Data, Name, Setting};
use crate::route::check::located;
use crate::route::emit::dependency;
use crate::signature::Ask;

/// `&[Attribute { .. }, ..]`
pub(super) fn attributes(settings: &[Setting]) -> TokenStream {
    let settings = settings.iter().map(attribute);
    quote! { &[#(#settings),*] }
}

fn attribute(setting: &Setting) -> TokenStream {
    let key = match &setting.key {
        Name::Text(text) => text.to_token_stream(),
        Name::Upstream(path) => {
            quote_spanned! {at(path)=> <#path as ::velithon::gateway::UpstreamType>::NAME }
        }
    };
    let value = value(&setting.value);
    let position = crate::place::position(setting.span);
    quote! { ::velithon::gateway::Attribute { key: #key, value: #value, #position } }
}

fn value(data: &Data) -> TokenStream {
    let variant = match data {
        Data::Text(text) => quote!(Text(#text)),
        Data::Integer(number) => quote!(Integer(#number)),
        Data::Bool(flag) => quote!(Bool(#flag)),
        Data::List(items) => {
            let items = items.iter().map(value);
            quote!(List(&[#(#items),*]))
        }
        Data::Table(settings) => {
            let attributes = attributes(settings);
            quote!(Table(#attributes))
        }
    };
    quote! { ::velithon::gateway::AttributeValue::#variant }
}

/// The hooks of a record whose type is `hooks`; those that are not written are as in its `NONE`.
pub(super) fn hooks(hooks: &str, written: &[(Hook, Expr)]) -> TokenStream {
    let hooks = syn::Ident::new(hooks, Span::call_site());
    let fields = written.iter().map(|(hook, code)| {
        let (field, made) = hook_field(*hook, code);
        quote! { #field: ::core::option::Option::Some(#made), }
    });
    quote! { ::velithon::gateway::#hooks { #(#fields)* ..::velithon::gateway::#hooks::NONE } }
}

fn hook_field(hook: Hook, code: &Expr) -> (TokenStream, TokenStream) {
    let span = at(code);
    let provided = |field: TokenStream, made: TokenStream| {
        (field, quote_spanned! {span=> ::velithon::gateway::custom::#made::<#code> })
    };
    let function = |field: TokenStream, made: TokenStream| {
        (field, quote_spanned! {span=> |_| ::velithon::gateway::custom::#made(#code) })
    };
    match hook {
        Hook::Balance if names_type(code) => provided(quote!(balance), quote!(provided_balance)),
        Hook::Balance => function(quote!(balance), quote!(balanced_by)),
        Hook::Discover if names_type(code) => provided(quote!(discover), quote!(provided_discover)),
        Hook::Discover => function(quote!(discover), quote!(discovered_by)),
        Hook::Transform => provided(quote!(transform), quote!(provided_transform)),
        Hook::Health if names_type(code) => provided(quote!(health), quote!(provided_health)),
        Hook::Health => function(quote!(health), quote!(checked_by)),
        Hook::RetryIf => (quote!(retry_if), code.to_token_stream()),
        Hook::RequestBody => (quote!(request_body), code.to_token_stream()),
        Hook::ResponseBody => (quote!(response_body), code.to_token_stream()),
    }
}

/// What the container has to build for the hooks.
pub(super) fn dependencies(hooks: &[(Hook, Expr)]) -> TokenStream {
    let types = hooks.iter().filter_map(|(hook, code)| built(*hook, code));
    types.map(|ty| dependency(Ask::Inject, &ty)).collect()
}

/// The type of a hook that the container builds.
fn built(hook: Hook, code: &Expr) -> Option<Type> {
    let from_container = match hook {
        Hook::Transform => true,
        Hook::Balance | Hook::Discover | Hook::Health => names_type(code),
        Hook::RetryIf | Hook::RequestBody | Hook::ResponseBody => false,
    };
    from_container.then(|| syn::parse_quote!(#code))
}

fn names_type(code: &Expr) -> bool {
    matches!(code, Expr::Path(path) if is_type(&path.path))
}

/// `<Payments as Upstream>::key`, which is where a type that is no upstream is told.
pub(super) fn upstream_key(upstream: &Path) -> TokenStream {
    quote_spanned! {at(upstream)=> <#upstream as ::velithon::gateway::UpstreamType>::key }
}

/// Tokens of ours that errors show at `place`.
pub(super) fn at(place: &impl Spanned) -> Span {
    located(place.span())
}
