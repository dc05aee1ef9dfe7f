//! Paths and what is put together from placeholders: `rewrite = "/internal/{path}"`, `"{header.host}"`.

use std::ops::Range;

use syn::LitStr;

use super::one;
use crate::faults::nearest;
use crate::literal::fault;

/// `{name}` in a text, braces included in its place.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::gateway) struct Placeholder {
    pub(in crate::gateway) name: String,
    pub(in crate::gateway) at: Range<usize>,
}

/// The placeholders of a text, none of which is looked at yet.
fn placeholders_in(literal: &LitStr) -> syn::Result<Vec<Placeholder>> {
    let text = literal.value();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(brace) = text[at..].find('{').map(|offset| at + offset) {
        let Some(close) = text[brace..].find('}').map(|offset| brace + offset) else {
            let help = "write `}` behind its name; a brace alone cannot be written here";
            return Err(fault(literal, brace..text.len(), "this `{` is not closed", help));
        };
        found.push(Placeholder { name: text[brace + 1..close].to_owned(), at: brace..close + 1 });
        at = close + 1;
    }
    Ok(found)
}

/// The placeholders of the value of an edit.
pub(in crate::gateway) fn placeholders(literal: &LitStr) -> syn::Result<Vec<Placeholder>> {
    const KNOWN: [&str; 5] = ["client_ip", "request_id", "uuid", "path.name", "header.name"];
    let found = placeholders_in(literal)?;
    for placeholder in &found {
        let named = |kind: &str| placeholder.name.strip_prefix(kind).is_some_and(|name| !name.is_empty());
        let known = KNOWN[..3].contains(&placeholder.name.as_str()) || named("path.") || named("header.");
        if !known {
            let near =
                nearest(&placeholder.name, KNOWN).map(|near| format!("write `{{{near}}}`; ")).unwrap_or_default();
            let help = format!(
                "{near}there are `{{client_ip}}`, `{{request_id}}`, `{{uuid}}`, `{{path.name}}` of a capture and \
                 `{{header.name}}` of the request"
            );
            let what = format!("`{{{}}}` stands for nothing", placeholder.name);
            return Err(fault(literal, placeholder.at.clone(), what, &help));
        }
    }
    Ok(found)
}

/// A path that requests are sent to, with captures: their names without the star that a catch-all may keep.
pub(in crate::gateway) fn rewrite(literal: &LitStr) -> syn::Result<Vec<Placeholder>> {
    let found = placeholders_in(literal)?;
    path(literal)?;
    if let Some(at) = literal.value().find('?') {
        let help = "write the path alone; `request(query_set(\"name\", \"value\"))` adds to the query of the request";
        return Err(fault(literal, at..literal.value().len(), "a rewrite has no query", help));
    }
    let bare = |found: Placeholder| Placeholder { name: found.name.trim_start_matches('*').to_owned(), ..found };
    Ok(found.into_iter().map(bare).collect())
}

/// An absolute path as it is sent, a query behind it or not.
pub(in crate::gateway) fn path(literal: &LitStr) -> syn::Result<()> {
    let text = literal.value();
    if !text.starts_with('/') {
        let help = format!("write `/{text}`");
        return Err(fault(literal, 0..text.len().min(1), "a path starts with `/`", &help));
    }
    if text.starts_with("//") {
        return Err(fault(literal, 0..2, "a path starts with one `/`", "`//` would begin with a host"));
    }
    match text.find(|c: char| !('!'..='~').contains(&c) || "#\\\"<>^`|".contains(c)) {
        None => Ok(()),
        Some(at) => {
            let what = format!("`{}` cannot stand in a path", text.get(one(&text, at)).unwrap_or_default());
            Err(fault(literal, one(&text, at), what, "write it percent-encoded, as `%20` for a space"))
        }
    }
}

/// The host that is sent: a name with a port or not.
pub(in crate::gateway) fn host(literal: &LitStr) -> syn::Result<()> {
    let text = literal.value();
    let help = "write a name with its port or without, such as \"api.internal\" or \"api.internal:8080\"";
    if text.is_empty() {
        return Err(fault(literal, 0..0, "a host has a name", help));
    }
    match text.find(|c: char| !c.is_ascii_alphanumeric() && !"-._:[]".contains(c)) {
        None => Ok(()),
        Some(at) => {
            let what = format!("`{}` cannot stand in a host", text.get(one(&text, at)).unwrap_or_default());
            Err(fault(literal, one(&text, at), what, help))
        }
    }
}
