//! `targets = ["http://10.0.0.2:8080; weight=3; backup"]`: an address, and what follows it.

use syn::LitStr;

use super::one;
use crate::faults::nearest;
use crate::literal::{fault, range};

/// What the rules about several targets ask.
pub(in crate::gateway) struct Target {
    /// Scheme, host and port as they are compared: two targets are alike when these are.
    pub(in crate::gateway) identity: String,
    pub(in crate::gateway) weight: u16,
    pub(in crate::gateway) backup: bool,
}

/// Reads a target.
pub(in crate::gateway) fn target(literal: &LitStr) -> syn::Result<Target> {
    let text = literal.value();
    let mut parts = text.split(';');
    let url = parts.next().unwrap_or_default().trim();
    let mut target = Target { identity: address(literal, &text, url)?, weight: 1, backup: false };
    for part in parts {
        parameter(literal, &text, part.trim(), &mut target)?;
    }
    Ok(target)
}

/// The address of a target in the form in which two are compared.
fn address(literal: &LitStr, text: &str, url: &str) -> syn::Result<String> {
    let wrong = |part: &str, what: String, help: &str| Err(fault(literal, range(text, part), what, help));
    let Some((scheme, rest)) = url.split_once("://") else {
        return wrong(url, format!("`{url}` has no scheme"), &format!("write `http://{url}`, or `https://` for TLS"));
    };
    let port = match scheme.to_ascii_lowercase().as_str() {
        "http" => 80,
        "https" => 443,
        _ => {
            let what = format!("`{scheme}` is no scheme of an upstream");
            let help = "write `http://` or `https://`; the protocol is chosen by `http = \"h2c\"` beside the targets";
            return wrong(scheme, what, help);
        }
    };
    let authority = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    if let Some((user, _)) = authority.rsplit_once('@') {
        let what = "a target holds no user name and password".to_owned();
        let help = "take it away, and write `request(set(\"authorization\", \"..\"))` at the gateway";
        return wrong(user, what, help);
    }
    let (host, port) = host_and_port(literal, text, authority, port)?;
    let tail = &rest[authority.len()..];
    if !matches!(tail, "" | "/") {
        let help = format!("write `{}`; a path goes into `rewrite` at the gateway", &url[..url.len() - tail.len()]);
        return wrong(tail, "a target ends with its host and port".to_owned(), &help);
    }
    Ok(format!("{}://{}:{port}", scheme.to_ascii_lowercase(), host.to_ascii_lowercase()))
}

fn host_and_port<'t>(literal: &LitStr, text: &str, authority: &'t str, default: u16) -> syn::Result<(&'t str, u16)> {
    let wrong = |part: &str, what: String, help: &str| Err(fault(literal, range(text, part), what, help));
    let bracket = authority.find(']').map_or(0, |at| at + 1);
    let (host, port) = match authority[bracket..].find(':') {
        Some(colon) => (&authority[..bracket + colon], Some(&authority[bracket + colon + 1..])),
        None => (authority, None),
    };
    if host.is_empty() {
        return wrong(host, "this target has no host".to_owned(), "write one: `http://10.0.0.1:8080`");
    }
    let inside = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(address) = inside {
        if address.parse::<std::net::Ipv6Addr>().is_err() {
            let what = format!("`{address}` is no address of IPv6");
            return wrong(address, what, "write one in brackets: `http://[fd00::1]:8080`");
        }
    } else if let Some(at) = host.find(|c: char| !c.is_ascii_alphanumeric() && !"-._".contains(c)) {
        let character = host.get(one(host, at)).unwrap_or(host);
        let help = "write a name or an address: `http://api.internal:8080`, `http://[fd00::1]:8080`";
        return wrong(character, format!("`{character}` cannot stand in the name of a host"), help);
    }
    match port {
        None => Ok((host, default)),
        Some(port) => match port.parse::<u16>().ok().filter(|number| *number > 0 && !port.starts_with('+')) {
            Some(number) => Ok((host, number)),
            None => wrong(port, format!("`{port}` is no port"), "write a number from 1 to 65535"),
        },
    }
}

/// Reads what stands behind a `;`.
fn parameter(literal: &LitStr, text: &str, part: &str, target: &mut Target) -> syn::Result<()> {
    let wrong = |part: &str, what: String, help: &str| Err(fault(literal, range(text, part), what, help));
    let (key, value) = part.split_once('=').map_or((part, None), |(key, value)| (key.trim(), Some(value.trim())));
    match (key, value) {
        ("weight", Some(value)) => match value.parse::<u16>() {
            Ok(weight @ 1..=1000) => target.weight = weight,
            Ok(0) => {
                let help = "write a number from 1 to 1000; to send a target nothing, drain it";
                return wrong(value, "a weight cannot be 0".to_owned(), help);
            }
            _ => return wrong(value, format!("`{value}` is no weight"), "write a number from 1 to 1000"),
        },
        ("weight", None) => return wrong(key, "`weight` has no number".to_owned(), "write `weight=3`"),
        ("backup", None) => target.backup = true,
        ("backup", Some(value)) => {
            return wrong(value, "`backup` takes no value".to_owned(), "write `; backup`, or take it away");
        }
        (key, _) => {
            let near = match nearest(key, ["weight", "backup"]) {
                Some("weight") => "write `weight=3`; ",
                Some(_) => "write `backup`; ",
                None => "",
            };
            let help = format!("{near}behind an address stand `weight=3` and `backup`, each after a `;`");
            return wrong(key, format!("a target has no `{key}`"), &help);
        }
    }
    Ok(())
}
