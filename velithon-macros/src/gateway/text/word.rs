//! Texts that are one of a few words.

use std::ops::Range;

use syn::LitStr;

use super::target::target;
use crate::faults::{list, message, nearest};
use crate::literal::{fault, range};

/// `breaker = "default"`
pub(in crate::gateway) fn breaker(literal: &LitStr) -> syn::Result<()> {
    const WORDS: [&str; 3] = ["default", "classic", "off"];
    let further = ", or give numbers: `breaker(ratio = \"50%\", min = 20, open = \"5s..60s\")`";
    one_of(literal, "breaker", &WORDS, further)
}

/// `http = "auto"`
pub(in crate::gateway) fn protocol(literal: &LitStr) -> syn::Result<()> {
    one_of(literal, "protocol of an upstream", &["auto", "h1", "h2", "h2c"], "")
}

/// `encoded_slash = "checked"`
pub(in crate::gateway) fn encoded_slash(literal: &LitStr) -> syn::Result<()> {
    one_of(literal, "way with an encoded slash", &["checked", "keep", "reject"], "")
}

/// `discover = "dns:users.svc.local:8080"`
pub(in crate::gateway) fn discover(literal: &LitStr) -> syn::Result<()> {
    const HELP: &str = "write \"dns:users.svc.local:8080\" or \"file:users.toml\", or the name of a type of your own";
    let text = literal.value();
    let wrong = |at: Range<usize>, what: String| Err(fault(literal, at, what, HELP));
    match text.split_once(':') {
        Some(("dns", url)) if url.contains("://") => target(&LitStr::new(url, literal.span())).map(drop),
        Some(("dns", name)) => match name.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0) => Ok(()),
            _ => wrong(range(&text, name), format!("`{name}` is no name with a port")),
        },
        Some(("file", "")) => wrong(text.len()..text.len(), "the file has no name".to_owned()),
        Some(("file", _)) => Ok(()),
        _ => wrong(0..text.len(), format!("`{text}` does not say where targets are found")),
    }
}

/// `name = "payments"`: the section of the configuration.
pub(in crate::gateway) fn section(literal: &LitStr) -> syn::Result<()> {
    let text = literal.value();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(fits) {
        return Ok(());
    }
    let why = "it names a section of velithon.toml, and variables of the environment";
    let what = format!("`{text}` cannot name a section");
    let help = "write small letters, digits and `_`, a letter first";
    Err(syn::Error::new(literal.span(), message(what, why, help)))
}

fn one_of(literal: &LitStr, what: &str, words: &[&str], further: &str) -> syn::Result<()> {
    let text = literal.value();
    if words.contains(&text.as_str()) {
        return Ok(());
    }
    let all = format!("the words are {}{further}", list(words));
    let help = match nearest(&text.to_ascii_lowercase(), words.iter().copied()) {
        Some(near) => format!("write `{near}`; {all}"),
        None => all,
    };
    Err(syn::Error::new(literal.span(), message(format_args!("`{text}` is no {what}"), "", help)))
}
