//! `#[routes]` on a module: passes its prefix and the rest of its keys on to every route inside.
//!
//! The attributes of the routes are found by name and get the group's keys written into them; they still expand by
//! themselves. A route whose attribute was imported under another name is missed here, so the module also submits where
//! it stands, and the plan reports routes of it without the mark.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, Item, ItemMod, LitStr, Meta, Path};

use super::check::located;
use super::options::{Host, Options, PASSED_ON, SILENT};
use super::parse::method_of;
use crate::faults::{Faults, beside, message};

/// Expands `#[routes(prefix = "/api")] mod api { .. }`.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut faults = Faults::new();
    let options = read(attribute, &mut faults);
    let module = grouped(options, item.clone(), &mut faults);
    match (module, faults.combined()) {
        (Some(module), None) => module,
        (module, error) => match error {
            Some(error) => beside(module.unwrap_or(item), &error),
            None => item,
        },
    }
}

fn read(attribute: TokenStream, faults: &mut Faults) -> Options {
    let mut options = Options::default();
    let parsed = (|input: ParseStream<'_>| options.read(Host::Group, input, faults)).parse2(attribute);
    faults.keep(parsed);
    for when in &options.when {
        faults.keep(crate::condition::check(when));
    }
    options
}

fn grouped(mut options: Options, item: TokenStream, faults: &mut Faults) -> Option<TokenStream> {
    let mut module: ItemMod = match syn::parse2(item) {
        Ok(module) => module,
        Err(error) => {
            let help = "put it above `mod api { .. }`; the methods of a type are grouped by `#[controller]`";
            faults.push(error.span(), message("`#[routes]` stands on a module", "", help));
            return None;
        }
    };
    let Some((_, items)) = &mut module.content else {
        let help = format!("put `#[routes(..)] mod {0} {{ .. }}` inside the file of `{0}`", module.ident);
        let why = "an attribute sees only what stands below it, and this module stands in another file";
        faults.push(module.ident.span(), message("`#[routes]` needs the module's body", why, help));
        return None;
    };
    let faulty = options.silent || faults.len() > 0;
    let aliases = if faulty { TokenStream::new() } else { aliases(&mut options, &module.ident, &module.attrs) };
    pass_on(&|depth| if faulty { silence() } else { keys(&options, depth) }, 0, items);
    let prefix = options.prefix.as_ref().map_or("", |prefix| prefix.as_str());
    items.push(Item::Verbatim(quote! {
        const _: () = {
            ::velithon::__submit! {
                ::velithon::route::GroupRecord {
                    module: ::core::module_path!(),
                    prefix: #prefix,
                    origin: ::velithon::__origin!(),
                }
            }
        };
    }));
    Some(quote!(#module #aliases))
}

/// Gives each middleware that the group names an alias beside the module, by which the routes inside name it: a path
/// means what it means where it is written, and one that leads nowhere is one error instead of one for each route.
fn aliases(options: &mut Options, module: &Ident, attributes: &[Attribute]) -> TokenStream {
    let cfgs: Vec<&Attribute> = attributes.iter().filter(|attribute| is_named(attribute, &["cfg"])).collect();
    let mut aliases = TokenStream::new();
    let both = [("middleware", &mut options.middleware), ("skip", &mut options.skip)];
    for (key, index, path) in both
        .into_iter()
        .flat_map(|(key, paths)| paths.iter_mut().enumerate().map(move |(index, path)| (key, index, path)))
    {
        let span = located(path.segments.last().map_or_else(Span::call_site, |last| last.ident.span()));
        let alias = format_ident!("__velithon_{}_{key}_{index}", module.unraw(), span = span);
        let written: Path = std::mem::replace(path, syn::parse_quote_spanned!(span=> super::#alias));
        aliases.extend(quote! {
            #(#cfgs)*
            #[doc(hidden)]
            #[allow(dead_code, non_camel_case_types)]
            type #alias = #written;
        });
    }
    aliases
}

/// `__prefix = "..", tags = [..],`, to stand behind what a route's own attribute says, `depth` plain modules further in.
fn keys(options: &Options, depth: usize) -> TokenStream {
    let shared = options.shared(depth);
    let prefix = options
        .prefix
        .as_ref()
        .map_or_else(|| LitStr::new("", Span::call_site()), |prefix| LitStr::new(prefix.as_str(), prefix.span()));
    let key = Ident::new(PASSED_ON, Span::call_site());
    quote!(#key = #prefix, #shared)
}

fn silence() -> TokenStream {
    let key = Ident::new(SILENT, Span::call_site());
    quote!(#key,)
}

fn pass_on(keys: &impl Fn(usize) -> TokenStream, depth: usize, items: &mut [Item]) {
    let here = &keys(depth);
    for item in items {
        match item {
            Item::Fn(function) => extend(here, &mut function.attrs, is_route),
            Item::Struct(gateway) => extend(here, &mut gateway.attrs, |attribute| is_named(attribute, &["gateway"])),
            Item::Impl(block) => {
                extend(here, &mut block.attrs, |attribute| is_named(attribute, &["controller", "resource"]));
            }
            Item::Mod(module) if module.attrs.iter().any(|attribute| is_named(attribute, &["routes"])) => {
                extend(here, &mut module.attrs, |attribute| is_named(attribute, &["routes"]));
            }
            Item::Mod(ItemMod { content: Some((_, items)), .. }) => pass_on(keys, depth + 1, items),
            _ => {}
        }
    }
}

fn is_route(attribute: &Attribute) -> bool {
    method_of(attribute).is_some() || is_named(attribute, &["gateway"])
}

fn is_named(attribute: &Attribute, names: &[&str]) -> bool {
    attribute.path().segments.last().is_some_and(|segment| names.iter().any(|name| segment.ident == name))
}

/// Writes the group's keys into the attributes that `ours` picks.
fn extend(keys: &TokenStream, attributes: &mut [Attribute], ours: impl Fn(&Attribute) -> bool) {
    for attribute in attributes.iter_mut().filter(|attribute| ours(attribute)) {
        match &mut attribute.meta {
            Meta::List(list) => {
                let written = std::mem::take(&mut list.tokens);
                list.tokens = match written.clone().into_iter().last() {
                    None => keys.clone(),
                    Some(proc_macro2::TokenTree::Punct(comma)) if comma.as_char() == ',' => quote!(#written #keys),
                    Some(_) => quote!(#written, #keys),
                };
            }
            Meta::Path(path) => {
                let list: Attribute = syn::parse_quote!(#[#path(#keys)]);
                attribute.meta = list.meta;
            }
            Meta::NameValue(_) => {}
        }
    }
}
