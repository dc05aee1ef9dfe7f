//! A struct that is built from its fields.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Attribute, Field, Fields, ItemStruct, Token, Type};

use super::need::Place;
use super::options::STRUCT;
use super::{Make, Need, Options, Parsed, Provider, Source, Subject};
use crate::faults::{Faults, message, unknown_key};

pub(super) fn read(attribute: TokenStream, mut item: ItemStruct, faults: &mut Faults) -> Parsed {
    let options = Options::read(attribute, STRUCT, faults);
    let generic = refuse_generics(&item, faults);
    let taken: Vec<Vec<Attribute>> = item.fields.iter_mut().map(take_ours).collect();
    let pairs = item.fields.iter().zip(&taken).enumerate();
    let needs = match options.provided {
        Some(_) => Vec::new(),
        None => pairs.filter_map(|(index, (field, ours))| faults.keep(need(index, field, ours))).collect(),
    };
    let make = match &item.fields {
        _ if options.provided.is_some() => Make::Given,
        Fields::Named(named) => Make::Fields(named.named.iter().filter_map(|field| field.ident.clone()).collect()),
        Fields::Unnamed(_) => Make::Tuple,
        Fields::Unit => Make::Unit,
    };
    let name = item.ident.clone();
    let ty: Type = syn::parse_quote!(#name);
    let provider = Provider { name, key: ty.clone(), value: ty, options, needs, make };
    let subject = (!generic).then_some(Subject::Provider(Box::new(provider)));
    Parsed { tokens: item.into_token_stream(), subject }
}

/// Whether it is generic: then there is no one type to provide.
fn refuse_generics(item: &ItemStruct, faults: &mut Faults) -> bool {
    let first = item.generics.params.first();
    if let Some(first) = first {
        let what = format!("`{}` is generic, and a provider is one type", item.ident);
        let why = "nothing would say which type or lifetime stands for the parameter";
        let help = "write a function for each type: `#[inject] fn users() -> Repository<User> { .. }`";
        faults.push(first.span(), message(what, why, help));
    }
    first.is_some()
}

/// Takes `#[inject(..)]` out of a field: rustc would refuse it there.
fn take_ours(field: &mut Field) -> Vec<Attribute> {
    let (ours, theirs) = std::mem::take(&mut field.attrs).into_iter().partition(is_ours);
    field.attrs = theirs;
    ours
}

fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == "inject")
}

fn need(index: usize, field: &Field, ours: &[Attribute]) -> syn::Result<Need> {
    super::function::refuse_cfg(&field.attrs, "field")?;
    match ours {
        [] => {
            let name = field.ident.as_ref().map_or_else(|| index.to_string(), Ident::to_string);
            Need::handle(&field.ty, &name, Place::Field)
        }
        [one] => one
            .parse_args_with(|input: ParseStream<'_>| source(input, one))
            .map(|source| Need { ty: field.ty.clone(), source }),
        [_, second, ..] => Err(syn::Error::new(
            second.span(),
            message("a field has one `#[inject(..)]`", "", "keep `#[inject(default)]` or `#[inject(value = ..)]`"),
        )),
    }
}

fn source(input: ParseStream<'_>, attribute: &Attribute) -> syn::Result<Source> {
    let help = "write `#[inject(default)]` or `#[inject(value = expression)]`";
    let empty = || {
        syn::Error::new(attribute.span(), message("`#[inject]` of a field says where its value comes from", "", help))
    };
    let key = input.call(Ident::parse_any).map_err(|_| empty())?;
    let source = match key.to_string().as_str() {
        "default" => Source::Default,
        "value" => {
            if !input.peek(Token![=]) {
                return Err(syn::Error::new(key.span(), message("`value` needs an expression", "", help)));
            }
            input.parse::<Token![=]>()?;
            Source::Value(input.parse()?)
        }
        _ => return Err(unknown_key("inject", &key, &["default", "value"])),
    };
    input.parse::<Option<Token![,]>>()?;
    match input.is_empty() {
        true => Ok(source),
        false => Err(input.error(message("a field's value comes from one place", "", help))),
    }
}
