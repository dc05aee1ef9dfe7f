//! Captures of the path, and where they go: into the rewrite, into an edit, into an argument.

use syn::LitStr;
use syn::ext::IdentExt;

use super::parse::{Gateway, Shape};
use crate::faults::{Faults, list, message, nearest};
use crate::gateway::settings::Data;
use crate::gateway::text::{self, Placeholder};

/// The name of what stands behind a prefix.
const REST: &str = "path";

pub(super) fn check(gateway: &Gateway, faults: &mut Faults) {
    let captured: Vec<&str> = gateway.route.path.captures().map(|capture| capture.name).collect();
    if gateway.shape == Shape::Prefix && captured.contains(&REST) {
        let why = "what stands behind the prefix of a struct is called `path` by itself";
        let what = "a prefix cannot capture `path`";
        faults.push(gateway.route.path.span(), message(what, why, "give the capture another name"));
        return;
    }
    let mut names = captured.clone();
    if gateway.shape == Shape::Prefix {
        names.push(REST);
    }
    let edited = in_edits(gateway, &names, faults);
    let Some(rewrite) = rewrite(gateway) else { return };
    let Ok(found) = text::rewrite(rewrite) else { return };
    for placeholder in found.iter().filter(|placeholder| !names.contains(&placeholder.name.as_str())) {
        faults.error(uncaptured(rewrite, placeholder, &names));
    }
    if found.iter().any(|placeholder| !names.contains(&placeholder.name.as_str())) {
        return;
    }
    for name in &names {
        let used = found.iter().any(|placeholder| placeholder.name == *name) || edited.iter().any(|used| used == name);
        if !used && !is_argument(gateway, name) {
            faults.push(rewrite.span(), lost(gateway, rewrite, name));
        }
    }
}

fn rewrite(gateway: &Gateway) -> Option<&LitStr> {
    match &gateway.read.get("rewrite")?.value {
        Data::Text(literal) => Some(literal),
        _ => None,
    }
}

fn is_argument(gateway: &Gateway, name: &str) -> bool {
    let mut names = gateway.route.signature.arguments.iter().filter_map(|argument| argument.name.as_ref());
    names.any(|argument| argument.unraw() == name)
}

/// The captures that `{path.name}` in edits uses; one that the path lacks is told.
fn in_edits(gateway: &Gateway, names: &[&str], faults: &mut Faults) -> Vec<String> {
    let mut used = Vec::new();
    for key in ["request", "response"] {
        let Some(Data::List(edits)) = gateway.read.get(key).map(|setting| &setting.value) else { continue };
        for literal in edits.iter().flat_map(values) {
            for placeholder in text::placeholders(literal).unwrap_or_default() {
                let Some(name) = placeholder.name.strip_prefix("path.") else { continue };
                if names.contains(&name) {
                    used.push(name.to_owned());
                } else {
                    let told = Placeholder { name: name.to_owned(), at: placeholder.at };
                    faults.error(uncaptured(literal, &told, names));
                }
            }
        }
    }
    used
}

/// The values that an edit writes: `{ set = { name = "value" } }`.
fn values(edit: &Data) -> Vec<&LitStr> {
    let Data::Table(edit) = edit else { return Vec::new() };
    let pairs = edit.iter().filter(|one| ["set", "append", "query_set"].iter().any(|name| one.is(name)));
    let values = pairs.filter_map(|one| match &one.value {
        Data::Table(pair) => pair.first(),
        _ => None,
    });
    values
        .filter_map(|one| match &one.value {
            Data::Text(text) => Some(text),
            _ => None,
        })
        .collect()
}

fn uncaptured(literal: &LitStr, placeholder: &Placeholder, names: &[&str]) -> syn::Error {
    let what = format!("the path does not capture `{}`", placeholder.name);
    let help = match (nearest(&placeholder.name, names.iter().copied()), names) {
        (_, []) => "write captures in braces in the path, such as `/ledger/{*path}`".to_owned(),
        (Some(near), _) => format!("write `{near}`; the path captures {}", list(names)),
        (None, _) => format!("the path captures {}", list(names)),
    };
    crate::literal::fault(literal, placeholder.at.clone(), what, &help)
}

fn lost(gateway: &Gateway, rewrite: &LitStr, name: &str) -> String {
    let written = rewrite.value();
    let with = format!("{}/{{{name}}}", written.trim_end_matches('/'));
    if gateway.shape == Shape::Prefix && name == REST {
        let what = "this rewrite sends every path below the prefix to one";
        let why = "what stands behind the prefix of a struct is called `path`, and is lost unless the rewrite uses it";
        return message(what, why, format_args!("write `rewrite = \"{with}\"`"));
    }
    let what = format!("the path captures `{name}`, and nothing uses it");
    let why = "a rewrite says the whole path, so what a client writes there would be lost";
    let argument = match gateway.shape {
        Shape::Template => format!(", or take it as an argument: `{name}: String`"),
        Shape::Prefix => String::new(),
    };
    message(what, why, format_args!("write `rewrite = \"{with}\"`{argument}"))
}
