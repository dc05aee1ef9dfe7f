//! The rules of a section, a function each.

use syn::{Fields, Item, ItemStruct, LitStr};

use super::parse::{Parsed, Section, has, keys, serde_metas};
use crate::faults::{Faults, message};
use crate::literal;

/// Names that mean something else at the top of the file.
const TAKEN: [&str; 3] = ["features", "profile", "allow_plain_secrets"];

/// Reports every fault at once: mending one must not uncover the next on the following build.
pub(super) fn check(parsed: Parsed) -> syn::Result<Section> {
    let mut faults = Faults::new();
    faults.keep(section_name(&parsed.name));
    let item = match structure(parsed.item) {
        Ok(item) => item,
        Err(fault) => {
            faults.push(fault.span(), &fault);
            return faults.or(()).and(Err(fault));
        }
    };
    faults.keep(not_generic(&item));
    faults.keep(named_fields(&item));
    flattened_fields(&item, &mut faults);
    faults.or(Section { name: parsed.name, keys: keys(&item), ident: item.ident })
}

fn section_name(name: &LitStr) -> syn::Result<()> {
    let text = name.value();
    let help = "write a name like `shop` or `rate_limits`: small letters, digits and `_`, a letter first";
    let bad = |c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '_';
    if text.is_empty() {
        return Err(literal::fault(name, 0..0, "the name of the section is empty", help));
    }
    if let Some((at, letter)) = text.char_indices().find(|(at, c)| bad(*c) || (*at == 0 && !c.is_ascii_lowercase())) {
        let what = format!("`{letter}` cannot stand {} the name of a section", if at == 0 { "first in" } else { "in" });
        return Err(literal::fault(name, at..at + letter.len_utf8(), what, help));
    }
    if text.contains("__") || text.ends_with('_') {
        let at = text.find("__").unwrap_or(text.len() - 1);
        let what = format!("an environment variable could not name `{text}`: two underscores separate section and key");
        return Err(literal::fault(name, at..text.len().min(at + 2), what, help));
    }
    if TAKEN.contains(&text.as_str()) {
        let what = format!("`{text}` means something of its own in velithon.toml");
        return Err(literal::fault(name, 0..text.len(), what, "choose another name"));
    }
    Ok(())
}

fn structure(item: Item) -> syn::Result<ItemStruct> {
    match item {
        Item::Struct(item) => Ok(item),
        other => Err(syn::Error::new(
            span_of(&other),
            message(
                "`#[config]` stands on a struct: its fields are the keys of the section",
                "",
                "write a struct with a field for each key; an enum can be the type of a field",
            ),
        )),
    }
}

/// The name of the item where it has one.
fn span_of(item: &Item) -> proc_macro2::Span {
    use syn::spanned::Spanned;
    match item {
        Item::Enum(item) => item.ident.span(),
        Item::Fn(item) => item.sig.ident.span(),
        Item::Union(item) => item.ident.span(),
        other => other.span(),
    }
}

fn not_generic(item: &ItemStruct) -> syn::Result<()> {
    if item.generics.params.is_empty() {
        return Ok(());
    }
    use syn::spanned::Spanned;
    Err(syn::Error::new(
        item.generics.span(),
        message(
            format_args!("the section `{}` cannot be generic", item.ident),
            "the section is read once, as one type",
            "write the types of the fields out",
        ),
    ))
}

fn named_fields(item: &ItemStruct) -> syn::Result<()> {
    let (what, help) = match &item.fields {
        Fields::Named(_) => return Ok(()),
        Fields::Unnamed(_) => ("its fields have no names", format!("write `struct {} {{ key: Type }}`", item.ident)),
        Fields::Unit => ("it has no fields", format!("write `struct {} {{}}`, or give it fields", item.ident)),
    };
    Err(syn::Error::new(
        item.ident.span(),
        message(format_args!("`{}` cannot hold a section: {what}", item.ident), "the fields name the keys", help),
    ))
}

fn flattened_fields(item: &ItemStruct, faults: &mut Faults) {
    let flattened = item.fields.iter().filter(|field| has(&serde_metas(&field.attrs), "flatten"));
    for ident in flattened.filter_map(|field| field.ident.as_ref()) {
        faults.push(
            ident.span(),
            message(
                format_args!("`{ident}` is flattened into the section"),
                "serde then hides which keys there are, and a misspelt one would pass unseen",
                format_args!("drop `flatten`, so that the keys stand below `{ident}`, or make it a section of its own"),
            ),
        );
    }
}
