//! Captures of the path and arguments of the same name: each needs the other.
//!
//! A capture and an argument that are meant for each other and differ in name are one mistake, told once.

use syn::visit::Visit;
use syn::{PathSegment, Type};

use super::{looks_like_a_value, name_of};
use crate::faults::{Faults, list, message, nearest};
use crate::path::Capture;
use crate::route::parse::Route;
use crate::signature::{Argument, inner_of, last_segment};

/// Types that hand the request on whole, so that captures need no argument.
const WHOLE: [&str; 5] = ["Request", "Path", "Forward", "RawPathParams", "Parts"];

/// The arguments that a message about a capture has named.
pub(crate) struct Misnamed(Vec<String>);

impl Misnamed {
    /// Whether there is no need to say again that nothing binds this argument.
    pub(crate) fn told(&self, argument: &Argument) -> bool {
        name_of(argument).is_some_and(|name| self.0.contains(&name))
    }
}

/// Reports every capture that no argument takes, unless one takes the request as a whole.
pub(super) fn check(route: &Route, faults: &mut Faults) -> Misnamed {
    let arguments = &route.signature.arguments;
    let mut misnamed = Misnamed(Vec::new());
    // What a gateway captures goes into its rewrite, its edits or through as it is: its own rules see to that.
    let whole = route.attribute == "gateway" || arguments.iter().any(|argument| names_whole(&argument.ty));
    for capture in route.path.captures() {
        match arguments.iter().find(|argument| name_of(argument).is_some_and(|name| name == capture.name)) {
            Some(argument) => faults.extend(argument.attributes.first().map(|attribute| {
                let place = attribute.path().get_ident().map_or_else(String::new, ToString::to_string);
                syn::Error::new_spanned(attribute, bound_twice(&place, &capture))
            })),
            None if whole => {}
            None => {
                let near = meant(route, &capture, &misnamed.0);
                faults.push(route.path.span(), unbound_capture(route, &capture, near.as_deref()));
                misnamed.0.extend(near);
            }
        }
    }
    misnamed
}

/// Whether a type, or one inside it, sees the path itself.
fn names_whole(ty: &Type) -> bool {
    struct Finder(bool);
    impl Visit<'_> for Finder {
        fn visit_path_segment(&mut self, segment: &PathSegment) {
            self.0 |= WHOLE.iter().any(|whole| segment.ident == whole);
            syn::visit::visit_path_segment(self, segment);
        }
    }
    let mut finder = Finder(false);
    finder.visit_type(ty);
    finder.0
}

/// The argument that was most likely meant for a capture: of a like name, or the only value that nothing else binds.
fn meant(route: &Route, capture: &Capture<'_>, told: &[String]) -> Option<String> {
    let captured = |name: &str| route.path.captures().any(|capture| capture.name == name);
    let free = |argument: &&Argument| argument.attributes.is_empty() && may_be_captured(&argument.ty);
    let free: Vec<(String, &Argument)> = route
        .signature
        .arguments
        .iter()
        .filter(free)
        .filter_map(|argument| Some((name_of(argument)?, argument)))
        .filter(|(name, _)| !captured(name) && !told.contains(name))
        .collect();
    let names = || free.iter().map(|(name, _)| name.as_str());
    let longer =
        |name: &&str| name.ends_with(&format!("_{}", capture.name)) || capture.name.ends_with(&format!("_{name}"));
    if let Some(near) = names().find(longer).or_else(|| nearest(capture.name, names())) {
        return Some(near.to_owned());
    }
    let mut values = free.iter().filter(|(_, argument)| looks_like_a_value(&argument.ty));
    match (values.next(), values.next()) {
        (Some((only, _)), None) => Some(only.clone()),
        _ => None,
    }
}

/// Values, text, and types that may be the user's own: whatever is a bare name.
fn may_be_captured(ty: &Type) -> bool {
    looks_like_a_value(ty)
        || last_segment(ty).is_some_and(|segment| {
            segment.ident == "String" || (segment.arguments.is_none() && !super::is_plain(ty) && !names_whole(ty))
        })
}

fn bound_twice(place: &str, capture: &Capture<'_>) -> String {
    let name = capture.name;
    message(
        format_args!("`{name}` is captured by the path, and `#[{place}]` binds it too"),
        "an argument has one value",
        format_args!("take `#[{place}]` away, or call the capture or the argument something else"),
    )
}

fn unbound_capture(route: &Route, capture: &Capture<'_>, near: Option<&str>) -> String {
    let (name, handler) = (capture.name, &route.signature.name);
    let drawn = route.path.draw(&capture.at);
    let what = format!("the path captures `{name}`, but `{handler}` has no argument of that name\n{drawn}");
    let help = match near {
        Some(near) if route.implied => format!("rename the argument `{near}` to `{name}`"),
        Some(near) => format!("rename the argument `{near}` to `{name}`, or write `{{{near}}}` in the path"),
        None => format!("add an argument, such as `{name}: {}`", if capture.rest { "String" } else { "u64" }),
    };
    message(what, "captures are bound by name, so each one needs an argument to land in", help)
}

/// A value that neither the path nor an attribute binds.
pub(super) fn unbound_argument(route: &Route, argument: &Argument) -> syn::Error {
    let name = name_of(argument).unwrap_or_else(|| "_".to_owned());
    let captures: Vec<&str> = route.path.captures().map(|capture| capture.name).collect();
    let what = format!("nothing binds the argument `{name}` of `{}`", route.signature.name);
    let why = match captures.as_slice() {
        [] => format!("the path `{}` captures nothing", route.path.as_str()),
        captures => format!("the path captures {}", list(captures)),
    };
    let ty = crate::text::of(&argument.ty);
    let mut ways = vec![format!("write `#[query] {name}: {ty}` to take it from the query")];
    if inner_of(&argument.ty, "Option").is_none() && inner_of(&argument.ty, "Vec").is_none() {
        ways.push(format!("or `{{{name}}}` in the path"));
    }
    let help = format!("{}; `#[header]` and `#[cookie]` bind it too", ways.join(", "));
    syn::Error::new(argument.span, message(what, &why, help))
}

/// A capture is always there.
pub(super) fn optional(argument: &Argument, name: &str) -> syn::Result<()> {
    if inner_of(&argument.ty, "Option").is_none() {
        return Ok(());
    }
    let what = format!("the capture `{name}` cannot be an `Option`");
    let why = "a path without it is another path, so it is always there";
    let help = "take `Option` away, and write a second handler for the path without it";
    Err(syn::Error::new_spanned(&argument.ty, message(what, why, help)))
}
