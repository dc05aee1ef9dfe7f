//! The rules of a problem, a small function each; all faults of a type are reported together.
//!
//! What passes comes back as one [`Kind`] per variant, with nothing left to decide.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{LitInt, LitStr, Member};

use super::detail::{self, Detail};
use super::parse::{Case, Field, Input, Keys};
use crate::faults::{Faults, message};

/// What a variant becomes.
pub(super) enum Kind {
    /// The error in this field, as it is.
    Transparent(usize),
    /// A problem of its own.
    Own(Own),
}

/// A problem with a status and title of its own.
pub(super) struct Own {
    pub(super) status: u16,
    pub(super) title: LitStr,
    pub(super) kind: Option<LitStr>,
    pub(super) detail: Option<Detail>,
    /// The field that caused it.
    pub(super) source: Option<usize>,
}

pub(super) fn check(input: &Input) -> syn::Result<Vec<Kind>> {
    let mut faults = Faults::new();
    for fault in &input.faults {
        faults.error(fault.clone());
    }
    one_from_per_type(input, &mut faults);
    let kinds: Vec<Option<Kind>> = input.cases.iter().map(|case| kind(case, &mut faults)).collect();
    faults.or(kinds.into_iter().flatten().collect())
}

fn kind(case: &Case, faults: &mut Faults) -> Option<Kind> {
    from_stands_alone(case, faults);
    exposed_fields_have_a_name(case, faults);
    match case.keys.transparent {
        Some(span) => transparent(case, span, faults),
        None => own(case, faults),
    }
}

fn transparent(case: &Case, span: Span, faults: &mut Faults) -> Option<Kind> {
    only_key(&case.keys, span, faults);
    match &case.fields[..] {
        [field] => {
            if let Some(span) = field.expose {
                faults.push(span, exposed_inside());
            }
            Some(Kind::Transparent(0))
        }
        fields => {
            faults.push(span, not_one_field(case, fields.len()));
            None
        }
    }
}

fn own(case: &Case, faults: &mut Faults) -> Option<Kind> {
    let status = status(case, faults);
    let title = case.keys.title.clone();
    if title.is_none() {
        faults.push(case.ident.span(), missing(case, "title", "title = \"no such user\""));
    }
    let detail = case.keys.detail.as_ref().map(|literal| detail::parse(literal, &case.fields));
    let detail = detail.and_then(|detail| faults.keep(detail));
    let source = source(case, faults);
    if let (Some(500..), Some(detail)) = (status, &detail) {
        shows_only_what_is_exposed(case, detail, faults);
    }
    Some(Kind::Own(Own { status: status?, title: title?, kind: case.keys.kind.clone(), detail, source }))
}

fn status(case: &Case, faults: &mut Faults) -> Option<u16> {
    let Some(literal) = &case.keys.status else {
        faults.push(case.ident.span(), missing(case, "status", "status = 404"));
        return None;
    };
    match literal.base10_parse::<u16>() {
        Ok(status @ 400..=599) => Some(status),
        _ => {
            faults.push(literal.span(), no_error(literal));
            None
        }
    }
}

fn source(case: &Case, faults: &mut Faults) -> Option<usize> {
    let marked: Vec<usize> = places(&case.fields, |field| field.source.or(field.from));
    for &second in marked.iter().skip(1) {
        let span = case.fields[second].source.or(case.fields[second].from).unwrap_or_else(Span::call_site);
        faults.push(span, message("two fields are the source", "an error has one cause", "mark one of them"));
    }
    marked.first().copied()
}

fn places(fields: &[Field], marked: impl Fn(&Field) -> Option<Span>) -> Vec<usize> {
    fields.iter().enumerate().filter(|(_, field)| marked(field).is_some()).map(|(place, _)| place).collect()
}

fn only_key(keys: &Keys, span: Span, faults: &mut Faults) {
    let others = keys.status.is_some() || keys.title.is_some() || keys.detail.is_some() || keys.kind.is_some();
    if others {
        let why = "a transparent problem is the error inside it, with that error's status";
        faults
            .push(span, message("`transparent` stands beside other keys", why, "keep `transparent` or the other keys"));
    }
}

fn from_stands_alone(case: &Case, faults: &mut Faults) {
    for span in case.fields.iter().filter_map(|field| field.from).filter(|_| case.fields.len() > 1) {
        let why = "`From` would have nothing to fill the other fields with";
        let help = "write `#[problem(source)]` here, and build the problem with `map_err`";
        faults.push(span, message("`#[from]` stands in a problem with other fields", why, help));
    }
}

fn one_from_per_type(input: &Input, faults: &mut Faults) {
    let mut seen: Vec<(String, &Case)> = Vec::new();
    for case in &input.cases {
        for field in case.fields.iter().filter(|field| field.from.is_some()) {
            let ty = field.ty.to_token_stream().to_string();
            if let Some((_, first)) = seen.iter().find(|(known, _)| *known == ty) {
                let what = format!("`{}` and `{}` are both made from `{}`", first.ident, case.ident, spaceless(&ty));
                let why = "`?` would not know which of them to make";
                faults.push(field.span, message(what, why, "keep one `#[from]`, and use `map_err` for the other"));
            }
            seen.push((ty, case));
        }
    }
}

fn exposed_fields_have_a_name(case: &Case, faults: &mut Faults) {
    const STANDARD: [&str; 7] = ["type", "title", "status", "detail", "instance", "request_id", "errors"];
    for field in &case.fields {
        let Some(span) = field.expose else { continue };
        match &field.member {
            Member::Unnamed(_) => {
                let help = format!("give it one: `{} {{ #[problem(expose)] name: Type }}`", case.ident);
                faults.push(span, message("an exposed field has no name", "it becomes a member of the document", help));
            }
            member if STANDARD.contains(&detail::named(member).as_str()) => {
                let what = format!("the document has a member `{}` of its own", detail::named(member));
                faults.push(span, message(what, "", "give the field another name"));
            }
            Member::Named(_) => {}
        }
    }
}

/// The text of a 5xx is written for people outside; what it says about the inside has to be said on purpose.
fn shows_only_what_is_exposed(case: &Case, detail: &Detail, faults: &mut Faults) {
    let mut hidden: Vec<usize> = detail.uses.iter().map(|used| used.field).collect();
    hidden.dedup();
    for field in hidden.into_iter().map(|place| &case.fields[place]).filter(|field| field.expose.is_none()) {
        let what = format!("the detail of a 5xx shows `{}` to the client", detail::named(&field.member));
        let why = "what goes wrong inside may hold addresses, paths or queries";
        let help = "mark the field `#[problem(expose)]` if it may be seen, or leave it out of the detail";
        faults.push(detail.literal.span(), message(what, why, help));
    }
}

fn missing(case: &Case, key: &str, example: &str) -> String {
    let help = if case.keys.status.is_none() && case.keys.title.is_none() {
        "write `#[problem(status = 404, title = \"no such user\")]`, or `#[problem(transparent)]` around another error"
            .to_owned()
    } else {
        format!("add `{example}`")
    };
    message(format_args!("`{}` has no {key}", case.ident), "every problem has a status and a title", help)
}

fn no_error(literal: &LitInt) -> String {
    let why = "a problem is an error: 400 to 499 for what the client did, 500 to 599 for what happened here";
    message(format_args!("{literal} is not the status of an error"), why, "write `status = 404`")
}

fn not_one_field(case: &Case, fields: usize) -> String {
    let what = match fields {
        0 => format!("`{}` is transparent, but has no field", case.ident),
        _ => format!("`{}` is transparent, but has {fields} fields", case.ident),
    };
    let help = format!("write `{}(OneError)`, or give it a status and a title", case.ident);
    message(what, "the error inside decides the reply, so there is exactly one", help)
}

fn exposed_inside() -> String {
    let why = "a transparent problem has only the members of the error inside it";
    message("an exposed field in a transparent problem", why, "remove `#[problem(expose)]`")
}

fn spaceless(tokens: &str) -> String {
    tokens.replace(' ', "")
}
