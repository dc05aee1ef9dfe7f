//! The rules of keys that do not depend on the arguments.

use syn::{LitInt, LitStr};

use crate::faults::{Faults, list, message, nearest};
use crate::route::parse::Route;

/// Every value that a key can have wrong.
pub(super) fn check(route: &Route, faults: &mut Faults) {
    let options = &route.options;
    faults.keep(options.status.as_ref().map_or(Ok(()), status));
    faults.keep(options.path_mismatch.as_ref().map_or(Ok(()), path_mismatch));
    faults.keep(options.accept.as_ref().map_or(Ok(()), media_type));
    for when in &options.when {
        faults.keep(crate::condition::check(when));
    }
    if let Some(limit) = &options.body_limit {
        faults.keep(crate::size::parse(limit));
    }
    for name in &route.methods {
        faults.keep(method(name));
    }
    if let Some((name, value)) = &options.header {
        faults.keep(header_name(name));
        faults.keep(header_value(value));
    }
    faults.keep(blocking(route));
}

fn status(status: &LitInt) -> syn::Result<()> {
    if status.base10_parse::<u16>().is_ok_and(|code| (200..400).contains(&code)) {
        return Ok(());
    }
    let what = format!("`{status}` is no status of success");
    let why = "`status` is what a handler that returns without an error replies with";
    let help = "write a number from 200 to 399, such as `status = 201`; errors carry their own";
    Err(syn::Error::new(status.span(), message(what, why, help)))
}

fn path_mismatch(status: &LitInt) -> syn::Result<()> {
    if matches!(status.base10_digits(), "400" | "404") {
        return Ok(());
    }
    let help = "write `path_mismatch = 404`, or leave it out for 400";
    let what = "a capture that does not parse is answered with 400 or 404";
    Err(syn::Error::new(status.span(), message(what, "", help)))
}

/// A method that HTTP knows, in capitals.
pub(crate) fn method(method: &LitStr) -> syn::Result<()> {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    let text = method.value();
    if KNOWN.contains(&text.as_str()) {
        return Ok(());
    }
    let what = format!("`{text}` is no method of HTTP");
    let help = match nearest(&text.to_ascii_uppercase(), KNOWN) {
        Some(near) => format!("write `{near}`; the methods are {}", list(&KNOWN)),
        None => format!("the methods are {}", list(&KNOWN)),
    };
    Err(syn::Error::new(method.span(), message(what, "", help)))
}

/// A field name is a token (RFC 9110, section 5.1).
pub(crate) fn header_name(name: &LitStr) -> syn::Result<()> {
    let text = name.value();
    let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let help = "write letters, digits and `-`, such as `x-api-version`";
    let Some(wrong) = text.find(|c| !fits(c)) else {
        if text.is_empty() {
            return Err(syn::Error::new(name.span(), message("the name of a header is not empty", "", help)));
        }
        return Ok(());
    };
    let wrong = wrong..wrong + text[wrong..].chars().next().map_or(1, char::len_utf8);
    Err(crate::literal::fault(name, wrong, format_args!("`{text}` is no name of a header"), help))
}

fn header_value(value: &LitStr) -> syn::Result<()> {
    let text = value.value();
    match text.find(|c: char| c != '\t' && !(' '..='~').contains(&c)) {
        None => Ok(()),
        Some(at) => {
            let wrong = at..at + text[at..].chars().next().map_or(1, char::len_utf8);
            let help = "write printable ASCII only";
            Err(crate::literal::fault(value, wrong, "this is no value of a header", help))
        }
    }
}

fn media_type(accept: &LitStr) -> syn::Result<()> {
    let text = accept.value();
    let name = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    if text.split_once('/').is_some_and(|(kind, subtype)| name(kind) && name(subtype)) {
        return Ok(());
    }
    let help = "write one type without wildcards and parameters, such as `application/json`";
    Err(syn::Error::new(accept.span(), message(format_args!("`{text}` is no media type"), "", help)))
}

fn blocking(route: &Route) -> syn::Result<()> {
    let (Some(blocking), true) = (route.options.blocking, route.signature.is_async) else { return Ok(()) };
    let why = "an `async fn` gives way by itself; `blocking` moves a plain function to a thread that may wait";
    let help = "take `blocking` away, or take `async` away";
    Err(syn::Error::new(blocking, message("`blocking` is for functions that are not `async`", why, help)))
}
