//! What edits of heads and queries are made of: names, values with placeholders, regular expressions, conditions.

use syn::LitStr;

use super::one;
use crate::faults::message;
use crate::literal::{fault, range};

/// The name of a header (RFC 9110, section 5.1), unless it is one that only the gateway itself may write.
pub(in crate::gateway) fn field_name(literal: &LitStr) -> syn::Result<()> {
    crate::route::check::header_name(literal)?;
    let text = literal.value();
    let why = match text.to_ascii_lowercase().as_str() {
        "host" => "write `host = \"..\"` or `preserve_host` to choose the host of the request",
        "content-length" | "transfer-encoding" | "trailer" => "leave it out: the gateway frames each message anew",
        "connection" | "keep-alive" | "proxy-connection" | "te" | "upgrade" | "http2-settings" => {
            "leave it out: it concerns one connection, and the gateway has two"
        }
        _ => return Ok(()),
    };
    Err(fault(literal, 0..text.len(), format_args!("`{text}` is not for an edit to change"), why))
}

/// A name without spaces and separators, as headers and cookies have it.
pub(super) fn token(literal: &LitStr, text: &str, name: &str) -> syn::Result<()> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let Some(at) = name.find(|c| !fits(c)) else { return Ok(()) };
    let wrong = name.get(one(name, at)).unwrap_or(name);
    let help = "write letters, digits, `-` and `_`";
    Err(fault(literal, range(text, wrong), format_args!("`{wrong}` cannot stand in a name"), help))
}

/// The name of a parameter of the query; it is encoded where it is written.
pub(in crate::gateway) fn parameter_name(literal: &LitStr) -> syn::Result<()> {
    if literal.value().is_empty() {
        let help = "write the name as it reads decoded, such as \"debug\"";
        return Err(fault(literal, 0..0, "a parameter of the query has a name", help));
    }
    Ok(())
}

/// The value of a header or parameter, with placeholders.
pub(in crate::gateway) fn value(literal: &LitStr) -> syn::Result<()> {
    super::placeholders(literal)?;
    let text = literal.value();
    match text.find(|c: char| c != '\t' && !(' '..='~').contains(&c)) {
        None => Ok(()),
        Some(at) => Err(fault(literal, one(&text, at), "this is no value of a header", "write printable ASCII only")),
    }
}

/// A regular expression.
pub(in crate::gateway) fn pattern(literal: &LitStr) -> syn::Result<()> {
    let Err(error) = regex_lite::Regex::new(&literal.value()) else { return Ok(()) };
    let help = "write one such as \"^/v1/(.*)$\"; `\\` before a sign takes it literally";
    let what = format_args!("this regular expression does not read: {error}");
    Err(syn::Error::new(literal.span(), message(what, "", help)))
}

/// `if_header = "x-beta: 1"`, or a name alone, which asks only whether it is there.
pub(in crate::gateway) fn header_mark(literal: &LitStr) -> syn::Result<()> {
    mark(literal, ':', "write \"x-beta: 1\", or \"x-beta\" to ask only whether it is there")
}

/// `if_cookie = "beta=1"`, likewise.
pub(in crate::gateway) fn cookie_mark(literal: &LitStr) -> syn::Result<()> {
    mark(literal, '=', "write \"beta=1\", or \"beta\" to ask only whether it is there")
}

fn mark(literal: &LitStr, between: char, help: &str) -> syn::Result<()> {
    let text = literal.value();
    let name = text.split(between).next().unwrap_or_default().trim();
    let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    match name.find(|c| !fits(c)) {
        None if !name.is_empty() => Ok(()),
        None => Err(fault(literal, 0..0, "this mark has no name", help)),
        Some(at) => {
            let wrong = name.get(one(name, at)).unwrap_or(name);
            Err(fault(literal, range(&text, wrong), format_args!("`{wrong}` cannot stand in a name"), help))
        }
    }
}
