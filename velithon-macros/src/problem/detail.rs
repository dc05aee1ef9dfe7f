//! The format string of a detail: which fields it names, and how each is written.
//!
//! It is `format!`'s syntax with fields for arguments: `{id}`, `{0}`, `{id:?}`. Widths taken from arguments (`{:w$}`)
//! are left out; a detail is a sentence.

use syn::{LitStr, Member};

use super::parse::Field;
use crate::faults::{message, nearest};

/// A format string that names existing fields only.
pub(super) struct Detail {
    /// The string with each field written as [`argument`] names it.
    pub(super) template: String,
    pub(super) uses: Vec<Use>,
    pub(super) literal: LitStr,
}

/// One field in the string.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Use {
    /// Its place in the variant.
    pub(super) field: usize,
    /// `Debug`, `LowerHex`: the trait of `std::fmt` that writes it.
    pub(super) format: &'static str,
}

/// What the argument of a field is called inside the string: tuple fields have no name to use.
pub(super) fn argument(field: usize) -> String {
    format!("field_{field}")
}

pub(super) fn parse(literal: &LitStr, fields: &[Field]) -> syn::Result<Detail> {
    let text = literal.value();
    let mut detail = Detail { template: String::new(), uses: Vec::new(), literal: literal.clone() };
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        detail.template.push_str(before);
        rest = match (&brace[..1], brace.as_bytes().get(1)) {
            ("{", Some(b'{')) | ("}", Some(b'}')) => {
                detail.template.push_str(&brace[..2]);
                &brace[2..]
            }
            ("{", _) => {
                let end = brace.find('}').ok_or_else(|| unbalanced(literal))?;
                detail.placeholder(&brace[1..end], fields)?;
                &brace[end + 1..]
            }
            _ => return Err(unbalanced(literal)),
        };
    }
    detail.template.push_str(rest);
    Ok(detail)
}

impl Detail {
    /// What stands between two braces: a field, and after a colon its format.
    fn placeholder(&mut self, inside: &str, fields: &[Field]) -> syn::Result<()> {
        let (name, format) = inside.split_once(':').unwrap_or((inside, ""));
        let field = find(name.trim(), fields).ok_or_else(|| unknown(name.trim(), fields, &self.literal))?;
        if format.contains('$') {
            return Err(width(&self.literal));
        }
        let used = Use { field, format: format_trait(format) };
        if !self.uses.contains(&used) {
            self.uses.push(used);
        }
        let colon = if inside.contains(':') { ":" } else { "" };
        self.template.push_str(&format!("{{{}{colon}{format}}}", argument(field)));
        Ok(())
    }
}

fn find(name: &str, fields: &[Field]) -> Option<usize> {
    fields.iter().position(|field| named(&field.member) == name)
}

/// The field as a detail names it.
pub(super) fn named(member: &Member) -> String {
    match member {
        Member::Named(ident) => ident.to_string().trim_start_matches("r#").to_owned(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

/// The trait that the last letters of a format choose.
fn format_trait(format: &str) -> &'static str {
    const TRAITS: [(&str, &str); 9] = [
        ("x?", "Debug"),
        ("X?", "Debug"),
        ("?", "Debug"),
        ("x", "LowerHex"),
        ("X", "UpperHex"),
        ("o", "Octal"),
        ("b", "Binary"),
        ("e", "LowerExp"),
        ("E", "UpperExp"),
    ];
    let format = format.trim_end();
    TRAITS.iter().find(|(end, _)| format.ends_with(end)).map_or("Display", |(_, name)| name)
}

fn unknown(name: &str, fields: &[Field], literal: &LitStr) -> syn::Error {
    let names: Vec<String> = fields.iter().map(|field| named(&field.member)).collect();
    let what = match name {
        "" => "the detail has a `{}` that names no field".to_owned(),
        name => format!("the detail names `{name}`, but there is no such field"),
    };
    let nearest = nearest(name, names.iter().map(String::as_str)).or(names.first().map(String::as_str));
    let help = match nearest {
        Some(near) => format!("write `{{{near}}}`"),
        None => "this problem has no fields; write `{{` for a brace".to_owned(),
    };
    syn::Error::new(literal.span(), message(what, "", help))
}

fn unbalanced(literal: &LitStr) -> syn::Error {
    let what =
        message("a brace of the detail stands alone", "", "write `{field}` for a field, `{{` or `}}` for a brace");
    syn::Error::new(literal.span(), what)
}

fn width(literal: &LitStr) -> syn::Error {
    let what =
        message("the detail takes a width from an argument", "a detail has fields only", "write the width as a number");
    syn::Error::new(literal.span(), what)
}
