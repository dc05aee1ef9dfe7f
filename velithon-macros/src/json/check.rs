//! The rules of a type, a small function each; all faults are reported together.
//!
//! What passes comes back as a [`Body`], with every name settled and nothing left to decide.

use syn::ext::IdentExt;
use syn::{ExprPath, Ident, Member, Type};

use super::keys::Keys;
use super::parse::{Content, Field, Input, Shape, Style, Variant};
use crate::case;
use crate::faults::{Faults, message};

/// How values of the type are written: an arm for a struct, or one for each variant.
pub(super) struct Body<'a> {
    pub(super) arms: Vec<Arm<'a>>,
    /// An enum that may be the key of a map.
    pub(super) key: bool,
}

/// A struct or variant.
pub(super) struct Arm<'a> {
    /// `None` for a struct.
    pub(super) variant: Option<&'a Ident>,
    pub(super) form: Form<'a>,
}

/// What is written around the content.
pub(super) enum Form<'a> {
    /// Nothing: structs and untagged variants.
    Bare(Inside<'a>),
    /// `{"Name":..}`, or `"Name"` when there is nothing inside.
    External { name: String, inside: Inside<'a> },
    /// `{"tag":"Name", ..}`: the members of the content beside the tag.
    Internal { tag: String, name: String, inside: Inside<'a> },
    /// `{"tag":"Name","content":..}`.
    Adjacent { tag: String, content: String, name: String, inside: Inside<'a> },
    /// serde refuses to write it.
    Skipped,
}

/// The content.
pub(super) enum Inside<'a> {
    Nothing,
    /// The field as it is.
    One(Part<'a>),
    List(Vec<Part<'a>>),
    Members(Vec<Part<'a>>),
}

/// A field that is written.
pub(super) struct Part<'a> {
    pub(super) member: &'a Member,
    /// Its key; empty in a list.
    pub(super) name: String,
    pub(super) skip_if: Option<&'a ExprPath>,
    pub(super) with: Option<&'a ExprPath>,
    pub(super) flatten: bool,
}

pub(super) fn check(input: &Input) -> syn::Result<Body<'_>> {
    let mut faults = Faults::new();
    faults.extend(input.faults.iter().cloned());
    content_needs_a_tag(&input.keys, &mut faults);
    one_representation(&input.keys, &mut faults);
    let arms = match &input.shape {
        Shape::Struct(content) => vec![structure(input, content, &mut faults)],
        Shape::Enum(variants) => variants.iter().map(|found| variant(input, found, &mut faults)).collect(),
    };
    let key = !arms.is_empty() && arms.iter().all(is_key);
    faults.or(Body { arms, key })
}

fn is_key(arm: &Arm<'_>) -> bool {
    matches!(arm.form, Form::External { inside: Inside::Nothing, .. })
}

fn structure<'a>(input: &'a Input, content: &'a Content, faults: &mut Faults) -> Arm<'a> {
    flatten_has_a_name(content, faults);
    let rule = input.keys.rename_all.as_deref();
    let form = match (&input.keys.tag, &input.keys.transparent) {
        (_, Some(span)) => Form::Bare(match one_that_is_written(content) {
            Some(field) => Inside::One(part(field, None)),
            None => {
                faults.push(*span, not_transparent());
                Inside::Nothing
            }
        }),
        (Some(tag), None) => {
            if content.style != Style::Named {
                faults.push(tag.span(), tag_without_members());
            }
            let name = named(&input.keys, &input.ident, |name| name.to_owned());
            Form::Internal { tag: tag.value(), name, inside: inside(content, rule) }
        }
        (None, None) => Form::Bare(inside(content, rule)),
    };
    Arm { variant: None, form }
}

fn variant<'a>(input: &'a Input, found: &'a Variant, faults: &mut Faults) -> Arm<'a> {
    flatten_has_a_name(&found.content, faults);
    let name = named(&found.keys, &found.ident, |name| match &input.keys.rename_all {
        Some(rule) => case::of_variant(name, rule),
        None => name.to_owned(),
    });
    let inside = match &found.content {
        Content { style: Style::Newtype, fields } if fields[0].keys.skip => Inside::Nothing,
        content => inside(content, found.keys.rename_all.as_deref()),
    };
    let untagged = input.keys.untagged.or(found.keys.untagged).is_some();
    let form = match (&input.keys.tag, &input.keys.content) {
        _ if found.keys.skip => Form::Skipped,
        _ if untagged => Form::Bare(inside),
        (Some(tag), None) => {
            if let Inside::List(_) = inside {
                faults.push(found.ident.span(), tagged_list(&found.ident));
            }
            Form::Internal { tag: tag.value(), name, inside }
        }
        (Some(tag), Some(content)) => Form::Adjacent { tag: tag.value(), content: content.value(), name, inside },
        (None, _) => Form::External { name, inside },
    };
    Arm { variant: Some(&found.ident), form }
}

fn inside<'a>(content: &'a Content, rule: Option<&str>) -> Inside<'a> {
    let written = || content.fields.iter().filter(|field| !field.keys.skip);
    match content.style {
        Style::Unit => Inside::Nothing,
        Style::Newtype => Inside::One(part(&content.fields[0], None)),
        Style::Tuple => Inside::List(written().map(|field| part(field, None)).collect()),
        Style::Named => Inside::Members(written().map(|field| part(field, rule)).collect()),
    }
}

fn part<'a>(field: &'a Field, rule: Option<&str>) -> Part<'a> {
    let name = match &field.member {
        Member::Named(ident) => named(&field.keys, ident, |name| match rule {
            Some(rule) => case::of_field(name, rule),
            None => name.to_owned(),
        }),
        Member::Unnamed(_) => String::new(),
    };
    Part {
        member: &field.member,
        name,
        skip_if: field.keys.skip_if.as_ref(),
        with: field.keys.with.as_ref(),
        flatten: field.keys.flatten.is_some(),
    }
}

fn named(keys: &Keys, ident: &Ident, otherwise: impl Fn(&str) -> String) -> String {
    keys.rename.clone().unwrap_or_else(|| otherwise(&ident.unraw().to_string()))
}

/// The only field that is written; one that holds no data does not count.
fn one_that_is_written(content: &Content) -> Option<&Field> {
    let mut written = content.fields.iter().filter(|field| !field.keys.skip && !is_phantom(&field.ty));
    written.next().filter(|_| written.next().is_none())
}

fn is_phantom(ty: &Type) -> bool {
    crate::signature::last_segment(ty).is_some_and(|segment| segment.ident == "PhantomData")
}

fn content_needs_a_tag(keys: &Keys, faults: &mut Faults) {
    if let (Some(content), None) = (&keys.content, &keys.tag) {
        let help = format!("write `tag = \"type\", content = {:?}`", content.value());
        faults.push(content.span(), message("`content` stands without `tag`", "", help));
    }
}

fn one_representation(keys: &Keys, faults: &mut Faults) {
    if let (Some(span), Some(_)) = (keys.untagged, &keys.tag) {
        faults.push(span, message("an untagged enum has a tag", "", "keep `tag` or `untagged`"));
    }
}

fn flatten_has_a_name(content: &Content, faults: &mut Faults) {
    if content.style == Style::Named {
        return;
    }
    for span in content.fields.iter().filter_map(|field| field.keys.flatten) {
        let why = "a list has no members that its own could join";
        faults.push(span, message("`flatten` on a field without a name", why, "give the field a name"));
    }
}

fn not_transparent() -> String {
    message("a transparent struct writes one field", "", "skip the others, or leave `transparent` off")
}

fn tag_without_members() -> String {
    message("a tag stands on a struct without named fields", "it would be a member beside them", "name the fields")
}

fn tagged_list(variant: &Ident) -> String {
    let what = format!("`{variant}` is a list, which cannot hold a tag");
    message(what, "the tag would be a member beside its members", "name its fields, or add `content = \"..\"`")
}
