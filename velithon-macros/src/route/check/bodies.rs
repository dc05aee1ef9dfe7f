//! The body is read once, and a GET has none: as far as names tell. The compiler finds the others.

use syn::{LitStr, Type};

use super::{Source, is_named};
use crate::faults::{Faults, message};
use crate::route::parse::Route;
use crate::signature::inner_of;
use crate::text;

/// The extractors that are known to read the body.
const READERS: [&str; 9] = ["Json", "Form", "RawForm", "Bytes", "String", "Body", "Request", "Multipart", "Forward"];

pub(super) fn check(route: &Route, arguments: &[Source], faults: &mut Faults) {
    let readers: Vec<&Type> = arguments.iter().filter_map(reader).collect();
    if let [first, second, ..] = readers.as_slice() {
        faults.error(syn::Error::new_spanned(second, two(first, second)));
    }
    if let Some(method) = route.methods.iter().find(|method| is_bodiless(method))
        && let Some(ty) = readers.iter().find(|ty| !is_named(ty, "Request"))
    {
        faults.error(syn::Error::new_spanned(ty, none(route, ty, &method.value())));
    }
}

/// Whether content of a request has no meaning (RFC 9110, section 9.3).
pub(crate) fn is_bodiless(method: &LitStr) -> bool {
    matches!(method.value().as_str(), "GET" | "HEAD")
}

fn reader(source: &Source) -> Option<&Type> {
    match source {
        Source::Extractor { ty, .. } if reads_body(ty) => Some(ty),
        _ => None,
    }
}

/// Whether a type has the name of an extractor that reads the body.
pub(crate) fn reads_body(ty: &Type) -> bool {
    let read = ["Valid", "Result", "Option"].iter().find_map(|name| inner_of(ty, name)).unwrap_or(ty);
    READERS.iter().any(|reader| is_named(read, reader))
}

fn two(first: &Type, second: &Type) -> String {
    let (first, second) = (text::of(first), text::of(second));
    let what = if first == second {
        format!("two arguments `{first}` read the body")
    } else {
        format!("`{first}` and `{second}` both read the body")
    };
    let help = if [&first, &second].iter().all(|ty| ty.contains("Json<")) {
        "take one `Json<_>` of a struct with both parts"
    } else {
        "keep one of them"
    };
    message(what, "a body can be read once", help)
}

fn none(route: &Route, ty: &Type, method: &str) -> String {
    let what = format!("`{}` reads the body, but a {method} request has none", text::of(ty));
    let why = "content of a GET or HEAD request has no meaning (RFC 9110, section 9.3.1)";
    if is_named(ty, "String") {
        let argument = route.signature.arguments.iter().find(|argument| is_named(&argument.ty, "String"));
        let name = argument.and_then(super::name_of).unwrap_or_else(|| "name".to_owned());
        let help = format!("write `#[query] {name}: String` to take it from the query, or `{{{name}}}` in the path");
        return message(what, why, help);
    }
    let help = "use `#[post]`, take single values with `#[query]`, or take the whole `Request`";
    message(what, why, help)
}
