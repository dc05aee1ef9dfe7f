//! Binds every argument of a handler to where its value comes from, and reports everything that does not fit.
//!
//! A rule is a function that looks at one thing; [`check`] asks them all before it gives up, so that mending one fault
//! does not uncover the next.

mod bodies;
mod captures;
mod keys;
mod parameter;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{Expr, Type};

use super::parse::Route;
use crate::faults::{Faults, message};
use crate::signature::{Argument, Ask, inner_of, last_segment};

pub(crate) use bodies::{is_bodiless, reads_body};
pub(crate) use captures::Misnamed;
pub(crate) use keys::{header_name, method};

/// A route whose arguments all have a source.
pub(crate) struct Bound {
    pub(crate) route: Route,
    pub(crate) arguments: Vec<Source>,
}

/// Where one argument comes from.
pub(crate) enum Source {
    /// The capture at this position of the path.
    Capture { index: usize, name: String, ty: Type },
    /// A value of the query, a field or a cookie.
    Parameter(Box<Parameter>),
    /// `Inject<T>` and its kin, recognised by name.
    Dependency { ask: Ask, handle: Type, inner: Box<Type> },
    /// Anything else, found by method resolution.
    Extractor { ty: Type, foreign: bool },
}

/// One value bound by `#[query]`, `#[header]` or `#[cookie]`.
pub(crate) struct Parameter {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) shape: Shape,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Query,
    Header,
    Cookie,
}

/// How many values a parameter may have.
pub(crate) enum Shape {
    One,
    Default(Box<Expr>),
    Optional(Box<Type>),
    Many(Box<Type>),
}

/// Extractors that need nothing of the application and nothing of axum's router.
const PLAIN: [&str; 17] = [
    "Bytes",
    "Body",
    "Client",
    "Cookies",
    "Extension",
    "Extensions",
    "Form",
    "Forward",
    "HeaderMap",
    "Json",
    "Method",
    "Query",
    "RawForm",
    "RawQuery",
    "String",
    "Uri",
    "Version",
];

/// Binds the arguments of a route, or tells why not.
pub(crate) fn check(route: Route, faults: &mut Faults) -> Option<Bound> {
    let before = faults.len();
    receiver(&route, faults);
    keys::check(&route, faults);
    forward(&route, faults);
    let misnamed = captures::check(&route, faults);
    let bind = |argument| bind(&route, argument, &misnamed, faults);
    let arguments: Vec<Source> = route.signature.arguments.iter().filter_map(bind).collect();
    bodies::check(&route, &arguments, faults);
    (faults.len() == before).then_some(Bound { route, arguments })
}

fn receiver(route: &Route, faults: &mut Faults) {
    let Some(receiver) = &route.signature.receiver else { return };
    let name = &route.signature.name;
    if route.owner.is_none() {
        let help = format!(
            "mark the `impl` block with `#[controller(\"/prefix\")]` and keep `#[{}]` on `{name}`",
            route.attribute
        );
        let what = format!("the route method `{name}` takes `self`, which only a controller has");
        let why = "the attribute alone does not know which value `self` is";
        faults.error(syn::Error::new_spanned(receiver, message(what, why, help)));
    } else if !matches!(receiver.kind, syn::ReceiverKind::Reference(_, _, None)) {
        let why = "one injected value serves all requests at once, so a handler can neither own nor change it";
        let help = "write `&self`, and keep what changes in a `Mutex`, an atomic or a database";
        let what = format!("`{name}` must take `&self`");
        faults.error(syn::Error::new_spanned(receiver, message(what, why, help)));
    }
}

/// What is forwarded goes to the upstream of a gateway, and a route has none.
fn forward(route: &Route, faults: &mut Faults) {
    let forwards = |argument: &&Argument| inner_of(&argument.ty, "Forward").is_some();
    let Some(argument) = route.signature.arguments.iter().find(forwards).filter(|_| route.attribute != "gateway")
    else {
        return;
    };
    let upstream = inner_of(&argument.ty, "Forward").map_or_else(String::new, crate::text::of);
    let what = format!("`{}` is for functions marked `#[gateway]`", crate::text::of(&argument.ty));
    let help = format!(
        "write `#[gateway(\"{}\", upstream = {upstream})]` for `#[{}(..)]`",
        route.path.as_str(),
        route.attribute
    );
    let why = "it sends the request on as the keys of a gateway say; `Client<_>` sends a request of your own";
    faults.error(syn::Error::new_spanned(&argument.ty, message(what, why, help)));
}

fn bind(route: &Route, argument: &Argument, misnamed: &Misnamed, faults: &mut Faults) -> Option<Source> {
    if let Some(attribute) = argument.attributes.first() {
        return parameter::read(argument, attribute, faults).map(|read| Source::Parameter(Box::new(read)));
    }
    if let Some(name) = name_of(argument)
        && let Some(index) = route.path.captures().position(|capture| capture.name == name)
    {
        faults.keep(captures::optional(argument, &name));
        faults.keep(owned(argument, false));
        return Some(Source::Capture { index, name, ty: argument.ty.clone() });
    }
    if let Some((ask, inner)) = Ask::of(&argument.ty) {
        return Some(Source::Dependency { ask, handle: argument.ty.clone(), inner: Box::new(inner.clone()) });
    }
    if misnamed.told(argument) {
        return None;
    }
    faults.keep(owned(argument, true))?;
    if looks_like_a_value(&argument.ty) {
        faults.error(captures::unbound_argument(route, argument));
        return None;
    }
    Some(Source::Extractor { ty: argument.ty.clone(), foreign: !is_plain(&argument.ty) })
}

/// The name as it stands in a path or query: without `r#`.
pub(crate) fn name_of(argument: &Argument) -> Option<String> {
    argument.name.as_ref().map(|name| name.unraw().to_string())
}

/// What is bound is made for the handler, which keeps it.
fn owned(argument: &Argument, extracted: bool) -> syn::Result<()> {
    let Type::Reference(reference) = &argument.ty else { return Ok(()) };
    let (borrowed, inner) = (crate::text::of(reference), crate::text::of(&reference.elem));
    let instead = match inner.as_str() {
        "str" => "write `String`".to_owned(),
        _ if extracted => format!("write `Inject<{inner}>` if it is provided, or `{inner}` if it is an extractor"),
        _ => format!("write `{inner}`"),
    };
    let what = format!("`{borrowed}` is borrowed, and a handler owns its arguments");
    Err(syn::Error::new_spanned(&argument.ty, message(what, "", instead)))
}

/// Types that no extractor is: a plain value must be captured or carry an attribute.
fn looks_like_a_value(ty: &Type) -> bool {
    const VALUES: [&str; 18] = [
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64", "bool",
        "char", "Uuid", "Vec",
    ];
    match inner_of(ty, "Option") {
        Some(inner) => looks_like_a_value(inner),
        None => last_segment(ty).is_some_and(|segment| VALUES.iter().any(|value| segment.ident == value)),
    }
}

/// Extractors that ask nothing of the application.
pub(crate) fn is_plain(ty: &Type) -> bool {
    if let Some(inner) = inner_of(ty, "Valid").or_else(|| inner_of(ty, "Option")) {
        return is_plain(inner);
    }
    last_segment(ty).is_some_and(|segment| PLAIN.iter().any(|plain| segment.ident == plain))
}

pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// The span in which generated code stands so that it passes the user's `forbid`s and points at `span`.
pub(crate) fn located(span: Span) -> Span {
    Span::call_site().located_at(span)
}
