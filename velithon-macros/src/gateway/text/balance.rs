//! `balance = "p2c"`: the words, and the two that name where their key comes from.

use syn::LitStr;

use crate::faults::{list, nearest};
use crate::literal::{fault, range};

const WORDS: [&str; 8] = ["p2c", "round_robin", "weighted", "least", "ewma", "random", "hash(..)", "sticky(..)"];

/// What a hash is made of, and whether it has a name.
const KEYS: [(&str, bool); 5] = [("header", true), ("cookie", true), ("query", true), ("ip", false), ("path", false)];

/// One of the balances.
pub(in crate::gateway) fn balance(literal: &LitStr) -> syn::Result<()> {
    let text = literal.value();
    let Some((word, inside)) = text.strip_suffix(')').and_then(|open| open.split_once('(')) else {
        return word(literal, &text);
    };
    match word.trim() {
        "hash" => hash(literal, &text, inside),
        "sticky" => sticky(literal, &text, inside),
        other => unknown(literal, &text, other),
    }
}

fn word(literal: &LitStr, text: &str) -> syn::Result<()> {
    let wrong = |help: &str| Err(fault(literal, 0..text.len(), format_args!("`{text}` names no key"), help));
    match text {
        "p2c" | "round_robin" | "weighted" | "least" | "ewma" | "random" => Ok(()),
        "hash" => wrong("write what is hashed: \"hash(header x-tenant)\", \"hash(cookie id)\" or \"hash(ip)\""),
        "sticky" => wrong("write \"sticky(cookie)\", or \"sticky(cookie name)\" for a cookie of that name"),
        other => unknown(literal, text, other),
    }
}

fn unknown(literal: &LitStr, text: &str, word: &str) -> syn::Result<()> {
    let all = format!("the balances are {}, or the name of a type of your own", list(&WORDS));
    let plain = WORDS.iter().map(|word| word.trim_end_matches("(..)"));
    let help = match nearest(&word.to_ascii_lowercase().replace('-', "_"), plain) {
        Some(near) => format!("write `{near}`; {all}"),
        None => all,
    };
    Err(fault(literal, range(text, word), format_args!("`{word}` is no balance"), &help))
}

/// `key = "cookie id"` of a split.
pub(in crate::gateway) fn share_key(literal: &LitStr) -> syn::Result<()> {
    let text = literal.value();
    let help = "write \"cookie id\", \"header x-user\", \"query user\", \"ip\" or \"path\"";
    key(literal, &text, &text, help)
}

fn hash(literal: &LitStr, text: &str, inside: &str) -> syn::Result<()> {
    let help =
        "write \"hash(header x-tenant)\", \"hash(cookie id)\", \"hash(query user)\", \"hash(ip)\" or \"hash(path)\"";
    key(literal, text, inside, help)
}

/// What a request is told apart by.
fn key(literal: &LitStr, text: &str, inside: &str, help: &str) -> syn::Result<()> {
    let wrong = |part: &str, what: String| Err(fault(literal, range(text, part), what, help));
    let inside = inside.trim();
    let (kind, name) = inside.split_once(char::is_whitespace).unwrap_or((inside, &inside[inside.len()..]));
    let name = name.trim();
    match KEYS.iter().find(|(known, _)| *known == kind) {
        None => wrong(kind, format!("a request has no `{kind}` to tell it apart by")),
        Some((_, true)) if name.is_empty() => wrong(name, format!("`{kind}` has no name")),
        Some((_, false)) if !name.is_empty() => wrong(name, format!("`{kind}` has no name beside it")),
        Some(("header" | "cookie", _)) => super::edit::token(literal, text, name),
        Some(_) => Ok(()),
    }
}

fn sticky(literal: &LitStr, text: &str, inside: &str) -> syn::Result<()> {
    const HELP: &str = "write \"sticky(cookie)\", or \"sticky(cookie name)\" for a cookie of that name";
    let inside = inside.trim();
    let (kind, name) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    if kind != "cookie" {
        let what = "clients stick to a target by a cookie alone";
        return Err(fault(literal, range(text, inside), what, HELP));
    }
    super::edit::token(literal, text, name.trim())
}
