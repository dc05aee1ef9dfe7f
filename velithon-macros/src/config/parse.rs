//! The attribute, the struct, and what serde's attributes say about its keys.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Attribute, Fields, Item, LitStr, Meta, Token};

use crate::case;
use crate::faults::message;

/// What was written, before any rule.
pub(super) struct Parsed {
    /// The name of the section.
    pub(super) name: LitStr,
    /// The item below the attribute.
    pub(super) item: Item,
}

/// A section that keeps the rules.
pub(super) struct Section {
    pub(super) name: LitStr,
    pub(super) ident: syn::Ident,
    /// Empty when serde reads another type in place of the struct.
    pub(super) keys: Vec<Key>,
}

/// A field that is read from a key.
pub(super) struct Key {
    pub(super) ident: syn::Ident,
    pub(super) ty: syn::Type,
    /// The key, then its aliases.
    pub(super) names: Vec<String>,
    /// The function that reads the field in place of its type.
    pub(super) read: Option<syn::Path>,
}

impl Parsed {
    pub(super) fn new(attribute: TokenStream, item: TokenStream) -> syn::Result<Self> {
        let empty = attribute.is_empty();
        let name = syn::parse2(attribute).map_err(|error| {
            let span = if empty { Span::call_site() } else { error.span() };
            let help = "write `#[config(\"shop\")]` for the section `[shop]`";
            syn::Error::new(span, message("`#[config]` takes the name of a section, in quotes", "", help))
        })?;
        Ok(Self { name, item: syn::parse2(item)? })
    }
}

/// The keys of a struct, as serde names them.
pub(super) fn keys(item: &syn::ItemStruct) -> Vec<Key> {
    let container = serde_metas(&item.attrs);
    if ["from", "try_from", "transparent", "remote"].iter().any(|name| has(&container, name)) {
        return Vec::new();
    }
    let rule = text(&container, "rename_all").unwrap_or_default();
    let Fields::Named(fields) = &item.fields else { return Vec::new() };
    fields.named.iter().filter_map(|field| key(field, &rule)).collect()
}

fn key(field: &syn::Field, rule: &str) -> Option<Key> {
    let metas = serde_metas(&field.attrs);
    if has(&metas, "skip") || has(&metas, "skip_deserializing") {
        return None;
    }
    let ident = field.ident.clone()?;
    let name = text(&metas, "rename").unwrap_or_else(|| case::of_field(&ident.unraw().to_string(), rule));
    let aliases = metas.iter().filter(|meta| meta.path().is_ident("alias")).filter_map(own_text);
    let names = std::iter::once(name).chain(aliases).collect();
    Some(Key { ident, ty: field.ty.clone(), names, read: reader(&metas) })
}

/// The function of `with` or `deserialize_with`.
fn reader(metas: &[Meta]) -> Option<syn::Path> {
    let path = |name: &str| text(metas, name).and_then(|path| syn::parse_str::<syn::Path>(&path).ok());
    path("deserialize_with").or_else(|| {
        let mut path = path("with")?;
        path.segments.push(syn::Ident::new("deserialize", Span::call_site()).into());
        Some(path)
    })
}

/// Whether a type names the struct as `Self`, which means something else outside of it.
pub(super) fn names_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => names_self(group.stream()),
        _ => false,
    })
}

/// What stands in `#[serde(..)]`; serde itself reports what cannot be read.
pub(super) fn serde_metas(attributes: &[Attribute]) -> Vec<Meta> {
    let lists = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    let parsed = lists.filter_map(|list| list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok());
    parsed.flatten().collect()
}

pub(super) fn has(metas: &[Meta], name: &str) -> bool {
    metas.iter().any(|meta| meta.path().is_ident(name))
}

/// The text of `name = ".."`, or of `name(deserialize = "..")`.
fn text(metas: &[Meta], name: &str) -> Option<String> {
    metas.iter().find(|meta| meta.path().is_ident(name)).and_then(|meta| match meta {
        Meta::List(list) => {
            let inner = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
            text(&inner.into_iter().collect::<Vec<_>>(), "deserialize")
        }
        meta => own_text(meta),
    })
}

fn own_text(meta: &Meta) -> Option<String> {
    let Meta::NameValue(pair) = meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else { return None };
    Some(text.value())
}
