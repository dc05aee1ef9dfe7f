//! Reads `#[serde(..)]`: what stands at a type, a variant or a field.
//!
//! Each place has a list of keys that change the text, and of keys that concern reading alone, which are passed over.
//! Everything else is a fault that names the key.

use proc_macro2::{Delimiter, Group, Span};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, ExprPath, Ident, Lit, LitStr, Token};

use crate::case;
use crate::faults::{list, message};

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Struct,
    Enum,
    Variant,
    Field,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::Struct => "a struct",
            Self::Enum => "an enum",
            Self::Variant => "a variant",
            Self::Field => "a field",
        }
    }

    /// The keys that are honoured here.
    fn honoured(self) -> &'static [&'static str] {
        match self {
            Self::Struct => &["rename", "rename_all", "tag", "transparent"],
            Self::Enum => &["rename", "rename_all", "tag", "content", "untagged"],
            Self::Variant => &["rename", "rename_all", "skip", "skip_serializing", "untagged"],
            Self::Field => {
                &["rename", "skip", "skip_serializing", "skip_serializing_if", "flatten", "with", "serialize_with"]
            }
        }
    }

    /// The keys that only say how a value is read.
    fn of_reading(self) -> &'static [&'static str] {
        match self {
            Self::Struct => &["default", "deny_unknown_fields", "from", "try_from", "expecting"],
            Self::Enum => &["deny_unknown_fields", "from", "try_from", "expecting"],
            Self::Variant => &["alias", "skip_deserializing", "other", "deserialize_with", "borrow"],
            Self::Field => &["default", "alias", "skip_deserializing", "deserialize_with", "borrow"],
        }
    }
}

/// What the attributes of one place say.
#[derive(Default)]
pub(super) struct Keys {
    pub(super) rename: Option<String>,
    pub(super) rename_all: Option<String>,
    pub(super) tag: Option<LitStr>,
    pub(super) content: Option<LitStr>,
    pub(super) untagged: Option<Span>,
    pub(super) transparent: Option<Span>,
    pub(super) skip: bool,
    pub(super) skip_if: Option<ExprPath>,
    pub(super) flatten: Option<Span>,
    /// The function that writes the value.
    pub(super) with: Option<ExprPath>,
}

pub(super) fn read(attrs: &[Attribute], place: Place, faults: &mut Vec<syn::Error>) -> Keys {
    let mut keys = Keys::default();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        // An attribute that does not read is serde's to report, and it does.
        let Ok(pairs) = attr.parse_args_with(Punctuated::<Pair, Token![,]>::parse_terminated) else { continue };
        for pair in pairs {
            faults.extend(keys.take(&pair, place).err());
        }
    }
    keys
}

impl Keys {
    fn take(&mut self, pair: &Pair, place: Place) -> syn::Result<()> {
        let key = pair.key.to_string();
        let span = pair.key.span();
        if place.of_reading().contains(&key.as_str()) {
            return Ok(());
        }
        if !place.honoured().contains(&key.as_str()) {
            return Err(unknown(&pair.key, place));
        }
        match key.as_str() {
            "rename" => self.rename = pair.when_writing()?.map(|name| name.value()).or(self.rename.take()),
            "rename_all" => self.rename_all = pair.when_writing()?.map(|rule| known_rule(&rule)).transpose()?,
            "tag" => self.tag = Some(pair.string()?),
            "content" => self.content = Some(pair.string()?),
            "untagged" => self.untagged = Some(span),
            "transparent" => self.transparent = Some(span),
            "flatten" => self.flatten = Some(span),
            "skip" | "skip_serializing" => self.skip = true,
            "skip_serializing_if" => self.skip_if = Some(pair.path("")?),
            "with" => self.with = Some(pair.path("::serialize")?),
            _ => self.with = Some(pair.path("")?),
        }
        Ok(())
    }
}

fn known_rule(rule: &LitStr) -> syn::Result<String> {
    let value = rule.value();
    if case::RULES.contains(&value.as_str()) {
        return Ok(value);
    }
    let what = format!("serde has no rule `{value}`");
    Err(syn::Error::new(rule.span(), message(what, "", format_args!("write one of {}", list(&case::RULES)))))
}

fn unknown(key: &Ident, place: Place) -> syn::Error {
    let what = format!("`ToJson` does not know `#[serde({key})]` on {}", place.name());
    let why = "it might change the text, and `ToJson` promises the text that `Serialize` writes";
    let known = list(place.honoured());
    let help = format!("remove `ToJson` from the derive, and the type is written by `Serialize`; known here: {known}");
    syn::Error::new(key.span(), message(what, why, help))
}

/// `key`, `key = "text"` or `key(serialize = "text", deserialize = "text")`.
struct Pair {
    key: Ident,
    value: Option<Expr>,
    both: Vec<Pair>,
}

impl Parse for Pair {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.call(Ident::parse_any)?;
        let mut pair = Self { key, value: None, both: Vec::new() };
        if input.parse::<Option<Token![=]>>()?.is_some() {
            pair.value = Some(input.parse()?);
        } else if let Ok(group) = input.parse::<Group>() {
            pair.both = inner(&group)?;
        }
        Ok(pair)
    }
}

fn inner(group: &Group) -> syn::Result<Vec<Pair>> {
    if group.delimiter() != Delimiter::Parenthesis {
        return Err(syn::Error::new(group.span(), "expected parentheses"));
    }
    let pairs = syn::parse::Parser::parse2(Punctuated::<Pair, Token![,]>::parse_terminated, group.stream())?;
    Ok(pairs.into_iter().collect())
}

impl Pair {
    fn string(&self) -> syn::Result<LitStr> {
        match &self.value {
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Ok(text.clone()),
            other => {
                let what = format!("`{}` takes a string", self.key);
                let found = other.as_ref().map_or_else(|| self.key.to_token_stream(), ToTokens::to_token_stream);
                Err(syn::Error::new_spanned(found, message(what, "", format_args!("write `{} = \"..\"`", self.key))))
            }
        }
    }

    /// The text for writing, if there is one.
    fn when_writing(&self) -> syn::Result<Option<LitStr>> {
        if self.both.is_empty() {
            return self.string().map(Some);
        }
        self.both.iter().find(|pair| pair.key == "serialize").map(Self::string).transpose()
    }

    /// The path in the text, with `end` behind it.
    fn path(&self, end: &str) -> syn::Result<ExprPath> {
        let text = self.string()?;
        let path: ExprPath = text.parse()?;
        let whole = format!("{}{end}", path.to_token_stream());
        LitStr::new(&whole, text.span()).parse()
    }
}
