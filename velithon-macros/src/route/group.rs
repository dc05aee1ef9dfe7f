//! `#[routes]` on a module: passes its prefix and the rest of its keys on to every route inside.
//!
//! The attributes of the routes are found by name and get the group's keys written into them; they still expand by
//! themselves. A route whose attribute was imported under another name is missed here, so the module also submits where
//! it stands, and the plan reports routes of it without the mark.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Item, ItemMod, LitStr, Meta, Token};

use super::parse::{method_of, passed_prefix};
use crate::faults::{Faults, beside, message, unknown_key};
use crate::path::Path;

const KEYS: [&str; 5] = ["prefix", "tags", "when", "middleware", "skip"];

/// What a group gives to its routes.
struct Group {
    prefix: Option<Path>,
    /// Whether another group has passed its keys on to this one.
    nested: bool,
    /// The other keys, as they are written into each attribute.
    rest: TokenStream,
}

impl Parse for Group {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut faults = Faults::new();
        let mut prefix = None;
        let (mut outer, mut nested) = (None, false);
        let mut rest = TokenStream::new();
        while !input.is_empty() {
            let key: Ident = input.call(syn::ext::IdentExt::parse_any)?;
            input.parse::<Token![=]>()?;
            match key.to_string().as_str() {
                "prefix" => prefix = faults.keep(Path::prefix(&input.parse::<LitStr>()?)),
                "__prefix" => {
                    nested = true;
                    outer = faults.keep(passed_prefix(&input.parse()?)).flatten();
                }
                "when" => {
                    let when: LitStr = input.parse()?;
                    faults.keep(crate::condition::check(&when));
                    rest.extend(quote!(, #key = #when));
                }
                "tags" | "middleware" | "skip" => {
                    let list: syn::ExprArray = input.parse()?;
                    rest.extend(quote!(, #key = #list));
                }
                _ => {
                    faults.error(unknown_key("routes", &key, &KEYS));
                    input.parse::<syn::Expr>()?;
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        let joined = match (outer, prefix) {
            (Some(outer), Some(own)) => faults.keep(own.join(&outer)),
            (outer, own) => outer.or(own),
        };
        faults.or(Self { prefix: joined, nested, rest })
    }
}

impl Group {
    /// `, __prefix = "..", tags = [..]`, to stand behind a path.
    fn keys(&self) -> TokenStream {
        let prefix = self.prefix_literal();
        let rest = &self.rest;
        quote!(, __prefix = #prefix #rest)
    }

    fn prefix_literal(&self) -> LitStr {
        let span = self.prefix.as_ref().map_or_else(Span::call_site, Path::span);
        LitStr::new(self.prefix.as_ref().map_or("", |prefix| prefix.as_str()), span)
    }
}

/// Expands `#[routes(prefix = "/api")] mod api { .. }`.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    match grouped(attribute, item.clone()) {
        Ok(module) => module,
        Err(faults) => beside(item, &faults),
    }
}

fn grouped(attribute: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let group = Group::parse.parse2(attribute)?;
    let mut module: ItemMod = syn::parse2(item).map_err(|error| {
        let help = "put it above `mod api { .. }`; a type's methods are grouped by `#[controller]`";
        syn::Error::new(error.span(), message("`#[routes]` stands on a module", "", help))
    })?;
    let Some((_, items)) = &mut module.content else {
        let help = format!("put `#[velithon::routes(..)] mod {0} {{ .. }}` inside the file of `{0}`", module.ident);
        let why = "an attribute sees only what stands below it, and this module stands in another file";
        return Err(syn::Error::new(module.span(), message("`#[routes]` needs the module's body", why, help)));
    };
    pass_on(&group, items);
    let prefix = group.prefix_literal();
    let nested = group.nested;
    items.push(Item::Verbatim(quote! {
        const _: () = {
            ::velithon::__submit! {
                ::velithon::route::GroupRecord {
                    module: ::core::module_path!(),
                    prefix: #prefix,
                    nested: #nested,
                    origin: ::velithon::__origin!(),
                }
            }
        };
    }));
    Ok(module.into_token_stream())
}

fn pass_on(group: &Group, items: &mut [Item]) {
    for item in items {
        match item {
            Item::Fn(function) => extend(group, &mut function.attrs, |attribute| method_of(attribute).is_some()),
            Item::Impl(block) => {
                extend(group, &mut block.attrs, |attribute| named(attribute, &["controller", "resource"]))
            }
            Item::Mod(module) if module.attrs.iter().any(|attribute| named(attribute, &["routes"])) => {
                extend(group, &mut module.attrs, |attribute| named(attribute, &["routes"]));
            }
            Item::Mod(ItemMod { content: Some((_, items)), .. }) => pass_on(group, items),
            _ => {}
        }
    }
}

fn named(attribute: &Attribute, names: &[&str]) -> bool {
    attribute.path().segments.last().is_some_and(|segment| names.iter().any(|name| segment.ident == name))
}

/// Writes the group's keys into the attributes that `ours` picks.
fn extend(group: &Group, attributes: &mut [Attribute], ours: impl Fn(&Attribute) -> bool) {
    for attribute in attributes.iter_mut().filter(|attribute| ours(attribute)) {
        let keys = group.keys();
        match &mut attribute.meta {
            Meta::List(list) => {
                let written = list.tokens.clone();
                let separator = !written.is_empty() && !ends_with_comma(&written);
                list.tokens = match (written.is_empty(), separator) {
                    (true, _) => keys.into_iter().skip(1).collect(),
                    (false, true) => quote!(#written #keys),
                    (false, false) => {
                        let keys: TokenStream = keys.into_iter().skip(1).collect();
                        quote!(#written #keys)
                    }
                };
            }
            Meta::Path(path) => {
                let keys: TokenStream = keys.into_iter().skip(1).collect();
                let list: Attribute = syn::parse_quote!(#[#path(#keys)]);
                attribute.meta = list.meta;
            }
            Meta::NameValue(_) => {}
        }
    }
}

fn ends_with_comma(tokens: &TokenStream) -> bool {
    matches!(tokens.clone().into_iter().last(), Some(proc_macro2::TokenTree::Punct(punct)) if punct.as_char() == ',')
}
