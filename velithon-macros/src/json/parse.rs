//! Reads a type: its variants (a struct is one), their fields, and what serde's attributes say about each.
//!
//! Keys that cannot be honoured are kept as faults for `check` to report with the rest.

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput, Fields, Generics, Ident, Index, Member, Type};

use super::keys::{self, Keys, Place};
use crate::faults::message;

/// The type as it was written.
pub(super) struct Input {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) keys: Keys,
    pub(super) shape: Shape,
    /// What was wrong with single keys.
    pub(super) faults: Vec<syn::Error>,
}

/// A struct, or the variants of an enum.
pub(super) enum Shape {
    Struct(Content),
    Enum(Vec<Variant>),
}

/// A variant.
pub(super) struct Variant {
    pub(super) ident: Ident,
    pub(super) keys: Keys,
    pub(super) content: Content,
}

/// The fields of a struct or variant.
pub(super) struct Content {
    pub(super) style: Style,
    pub(super) fields: Vec<Field>,
}

/// How fields are written in the source.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Unit,
    Newtype,
    Tuple,
    Named,
}

/// A field.
pub(super) struct Field {
    pub(super) member: Member,
    pub(super) ty: Type,
    pub(super) keys: Keys,
}

pub(super) fn parse(item: TokenStream) -> syn::Result<Input> {
    let input: DeriveInput = syn::parse2(item)?;
    let mut faults = Vec::new();
    let (shape, place) = match input.data {
        Data::Struct(data) => (Shape::Struct(content(data.fields, &mut faults)), Place::Struct),
        Data::Enum(data) => {
            let variants = data.variants.into_iter().map(|found| variant(found, &mut faults)).collect();
            (Shape::Enum(variants), Place::Enum)
        }
        Data::Union(data) => {
            let what = message("a union has no JSON", "nobody knows which field holds", "write an enum");
            return Err(syn::Error::new(data.union_token.span, what));
        }
    };
    let keys = keys::read(&input.attrs, place, &mut faults);
    Ok(Input { ident: input.ident, generics: input.generics, keys, shape, faults })
}

fn variant(found: syn::Variant, faults: &mut Vec<syn::Error>) -> Variant {
    let keys = keys::read(&found.attrs, Place::Variant, faults);
    Variant { ident: found.ident, keys, content: content(found.fields, faults) }
}

fn content(found: Fields, faults: &mut Vec<syn::Error>) -> Content {
    let style = match &found {
        Fields::Unit => Style::Unit,
        Fields::Named(_) => Style::Named,
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Style::Newtype,
        Fields::Unnamed(_) => Style::Tuple,
    };
    let fields = found.into_iter().enumerate().map(|(index, found)| field(index, found, faults)).collect();
    Content { style, fields }
}

fn field(index: usize, found: syn::Field, faults: &mut Vec<syn::Error>) -> Field {
    let keys = keys::read(&found.attrs, Place::Field, faults);
    let member = found.ident.map_or_else(|| Member::Unnamed(Index::from(index)), Member::Named);
    Field { member, ty: found.ty, keys }
}
