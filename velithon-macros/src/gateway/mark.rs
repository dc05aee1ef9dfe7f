//! The struct below an attribute: it stands for something and holds nothing.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Fields, ItemStruct, LitStr, Visibility};

use super::syntax::{Entry, Value, Written};
use crate::faults::{Faults, message};

/// What the attribute is called, and what its struct stands for.
#[derive(Clone, Copy)]
pub(super) struct Marker {
    pub(super) attribute: &'static str,
    /// With its article: `an upstream`.
    pub(super) noun: &'static str,
    /// A right one: `struct Payments;`.
    pub(super) example: &'static str,
}

/// Reads a struct without fields and parameters. One with them is told, and still there for others to name.
pub(super) fn unit_struct(marker: Marker, item: &TokenStream, faults: &mut Faults) -> Option<ItemStruct> {
    let Marker { attribute, noun, example } = marker;
    let Ok(mark) = syn::parse2::<ItemStruct>(item.clone()) else {
        let help = format!("write `{example}` below the attribute");
        let what = format!("`#[{attribute}]` stands on {}", places(attribute));
        faults.push(keyword(item), message(what, "", help));
        return None;
    };
    if !matches!(mark.fields, Fields::Unit) {
        let what = format!("`{}` stands for {noun} and has no fields", mark.ident);
        let why = "nobody makes a value of it; its settings stand in the attribute and in velithon.toml";
        let help = format!("write `struct {};`, and inject what further code needs", mark.ident);
        faults.push(mark.fields.span(), message(what, why, help));
    }
    if !mark.generics.params.is_empty() {
        let what = format!("`{}` stands for {noun} and is not generic", mark.ident);
        let why = "each type would be another one, with one set of targets and one section of velithon.toml for all";
        faults.push(mark.generics.span(), message(what, why, format_args!("write `struct {};`", mark.ident)));
        return None;
    }
    Some(mark)
}

fn places(attribute: &str) -> &'static str {
    if attribute == "gateway" { "a struct without fields, or on an `async fn`" } else { "a struct without fields" }
}

/// The keyword of an item: what stands behind its attributes and visibility.
fn keyword(item: &TokenStream) -> Span {
    let start = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let span = input.span();
        input.parse::<TokenStream>()?;
        Ok(span)
    };
    start.parse2(item.clone()).unwrap_or_else(|error| error.span())
}

/// The section of an item: its name in snake case, unless the attribute gives another.
pub(super) fn section(item: &Ident, entries: &mut Vec<Entry>, faults: &mut Faults) -> LitStr {
    let written = entries.iter().position(|entry| entry.name() == "name").map(|at| entries.remove(at));
    let own = crate::case::of_variant(&item.unraw().to_string(), "snake_case");
    match written.map(|entry| (entry.span(), entry.written)) {
        Some((_, Written::Value(Value::Text(name)))) if faults.keep(super::text::section(&name)).is_some() => name,
        Some((_, Written::Value(Value::Text(_)))) | None => LitStr::new(&own, item.span()),
        Some((span, _)) => {
            let help = format!("write `name = \"{own}_two\"`");
            faults.push(span, message("`name` takes a string", "", help));
            LitStr::new(&own, item.span())
        }
    }
}

/// `#[cfg(..)]` of the item: without the item there is no record either.
pub(super) fn conditions(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}
