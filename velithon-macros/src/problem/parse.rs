//! Reads an error type: its variants (a struct has one), their fields, and the keys of both, each with its span.
//!
//! Keys that do not exist or stand twice are kept as faults for `check` to report with the rest.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Generics, Ident, Index, LitInt, LitStr, Member, Meta, Token, Type};

use crate::faults::{message, unknown_key};

const VARIANT_KEYS: [&str; 5] = ["status", "title", "detail", "type", "transparent"];
const FIELD_KEYS: [&str; 2] = ["expose", "source"];

/// The type as it was written.
pub(super) struct Input {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) cases: Vec<Case>,
    /// What was wrong with single keys.
    pub(super) faults: Vec<syn::Error>,
}

/// A variant, or the whole struct.
pub(super) struct Case {
    /// `None` for a struct.
    pub(super) variant: Option<Ident>,
    pub(super) ident: Ident,
    pub(super) fields: Vec<Field>,
    pub(super) keys: Keys,
}

/// What `#[problem(..)]` says about a variant.
#[derive(Default)]
pub(super) struct Keys {
    pub(super) status: Option<LitInt>,
    pub(super) title: Option<LitStr>,
    pub(super) detail: Option<LitStr>,
    pub(super) kind: Option<LitStr>,
    pub(super) transparent: Option<Span>,
}

/// A field and its marks.
pub(super) struct Field {
    pub(super) member: Member,
    pub(super) ty: Type,
    pub(super) span: Span,
    pub(super) from: Option<Span>,
    pub(super) source: Option<Span>,
    pub(super) expose: Option<Span>,
}

pub(super) fn parse(item: TokenStream) -> syn::Result<Input> {
    let input: DeriveInput = syn::parse2(item)?;
    let mut faults = Vec::new();
    let cases = match input.data {
        Data::Struct(data) => vec![case(None, input.ident.clone(), &input.attrs, data.fields, &mut faults)],
        Data::Enum(data) => {
            faults.extend(on_the_enum(&input.attrs));
            let variants = data.variants.into_iter();
            variants.map(|v| case(Some(v.ident.clone()), v.ident, &v.attrs, v.fields, &mut faults)).collect()
        }
        Data::Union(data) => {
            let what = message("a union cannot be a problem", "nobody knows which field holds", "write an enum");
            return Err(syn::Error::new(data.union_token.span, what));
        }
    };
    Ok(Input { ident: input.ident, generics: input.generics, cases, faults })
}

fn on_the_enum(attrs: &[Attribute]) -> Option<syn::Error> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident("problem"))?;
    let what = message(
        "`#[problem(..)]` stands on an enum",
        "each variant is a problem of its own",
        "move it to the variants",
    );
    Some(syn::Error::new_spanned(attr, what))
}

fn case(
    variant: Option<Ident>,
    ident: Ident,
    attrs: &[Attribute],
    fields: syn::Fields,
    faults: &mut Vec<syn::Error>,
) -> Case {
    let fields = fields.into_iter().enumerate().map(|(index, found)| field(index, found, faults)).collect();
    Case { variant, ident, fields, keys: keys(attrs, faults) }
}

fn keys(attrs: &[Attribute], faults: &mut Vec<syn::Error>) -> Keys {
    let mut keys = Keys::default();
    for pair in pairs(attrs, faults) {
        let span = pair.key.span();
        let result = match pair.key.to_string().as_str() {
            "status" => pair.integer().and_then(|value| once(&mut keys.status, value, &pair.key)),
            "title" => pair.string().and_then(|value| once(&mut keys.title, value, &pair.key)),
            "detail" => pair.string().and_then(|value| once(&mut keys.detail, value, &pair.key)),
            "type" => pair.string().and_then(|value| once(&mut keys.kind, value, &pair.key)),
            "transparent" => pair.flag().and_then(|()| once(&mut keys.transparent, span, &pair.key)),
            _ => Err(unknown_key("problem", &pair.key, &VARIANT_KEYS)),
        };
        faults.extend(result.err());
    }
    keys
}

fn field(index: usize, field: syn::Field, faults: &mut Vec<syn::Error>) -> Field {
    let span = field.ident.as_ref().map_or_else(|| syn::spanned::Spanned::span(&field.ty), Ident::span);
    let from = field.attrs.iter().find(|attr| attr.path().is_ident("from")).map(syn::spanned::Spanned::span);
    let (mut source, mut expose) = (None, None);
    for pair in pairs(&field.attrs, faults) {
        let key_span = pair.key.span();
        let result = match pair.key.to_string().as_str() {
            "source" => pair.flag().and_then(|()| once(&mut source, key_span, &pair.key)),
            "expose" => pair.flag().and_then(|()| once(&mut expose, key_span, &pair.key)),
            _ => Err(unknown_key("problem", &pair.key, &FIELD_KEYS)),
        };
        faults.extend(result.err());
    }
    let member = field.ident.map_or_else(|| Member::Unnamed(Index::from(index)), Member::Named);
    Field { member, ty: field.ty, span, from, source, expose }
}

/// `key` or `key = literal`.
struct Pair {
    key: Ident,
    value: Option<syn::Lit>,
}

impl Parse for Pair {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        // `type` is a keyword.
        let key = input.call(Ident::parse_any)?;
        let value = if input.parse::<Option<Token![=]>>()?.is_some() { Some(input.parse()?) } else { None };
        Ok(Self { key, value })
    }
}

impl Pair {
    fn integer(&self) -> syn::Result<LitInt> {
        match &self.value {
            Some(syn::Lit::Int(value)) => Ok(value.clone()),
            _ => Err(self.wants("a number", "404")),
        }
    }

    fn string(&self) -> syn::Result<LitStr> {
        match &self.value {
            Some(syn::Lit::Str(value)) => Ok(value.clone()),
            _ => Err(self.wants("a string", "\"no such user\"")),
        }
    }

    fn flag(&self) -> syn::Result<()> {
        match &self.value {
            None => Ok(()),
            Some(value) => {
                let what =
                    message(format_args!("`{}` takes no value", self.key), "", format_args!("write `{}`", self.key));
                Err(syn::Error::new_spanned(value, what))
            }
        }
    }

    fn wants(&self, kind: &str, example: &str) -> syn::Error {
        let what = format!("`{}` takes {kind}", self.key);
        syn::Error::new(self.key.span(), message(what, "", format_args!("write `{} = {example}`", self.key)))
    }
}

fn pairs(attrs: &[Attribute], faults: &mut Vec<syn::Error>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("problem")) {
        let read = match &attr.meta {
            Meta::List(_) => attr.parse_args_with(Punctuated::<Pair, Token![,]>::parse_terminated),
            _ => Err(syn::Error::new_spanned(attr, without_keys())),
        };
        match read {
            Ok(read) => pairs.extend(read),
            Err(fault) => faults.push(fault),
        }
    }
    pairs
}

fn without_keys() -> String {
    message("`#[problem]` says nothing", "", "write `#[problem(status = 404, title = \"no such user\")]`")
}

fn once<T>(place: &mut Option<T>, value: T, key: &Ident) -> syn::Result<()> {
    if place.is_some() {
        let what = message(format_args!("`{key}` stands twice"), "", "keep one of them");
        return Err(syn::Error::new(key.span(), what));
    }
    *place = Some(value);
    Ok(())
}
