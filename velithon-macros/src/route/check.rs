//! Binds every argument of a handler to where its value comes from, and reports everything that does not fit.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, LitStr, Token, Type};

use super::parse::Route;
use crate::faults::{Faults, list, message, nearest};
use crate::path::Capture;
use crate::signature::{Argument, Ask, inner_of, last_segment};

/// A route whose arguments all have a source.
pub(crate) struct Bound {
    pub(crate) route: Route,
    pub(crate) arguments: Vec<Source>,
    pub(crate) item: TokenStream,
}

/// Where one argument comes from.
pub(crate) enum Source {
    /// The capture at this position of the path.
    Capture { index: usize, name: String, ty: Type },
    /// A value of the query, a field or a cookie.
    Parameter(Parameter),
    /// `Inject<T>` and its kin, recognised by name.
    Dependency { ask: Ask, handle: Type, inner: Type },
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

/// Types that hand the request on whole, so that captures need no argument.
const WHOLE: [&str; 5] = ["Request", "Path", "Forward", "RawPathParams", "Parts"];

/// Extractors that need nothing of the application and nothing of axum's router.
const PLAIN: [&str; 15] = [
    "Bytes",
    "Body",
    "Cookies",
    "Extension",
    "Extensions",
    "Form",
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

/// Checks a route; with the faults comes the item that still has to be emitted.
pub(crate) fn check(mut route: Route) -> Result<Bound, (TokenStream, syn::Error)> {
    let mut faults = Faults::new();
    let item = std::mem::take(&mut route.item);
    receiver(&route, &mut faults);
    options(&route, &mut faults);
    let arguments: Vec<Source> =
        route.signature.arguments.iter().filter_map(|argument| bind(&route, argument, &mut faults)).collect();
    unbound_captures(&route, &mut faults);
    bodies(&route, &arguments, &mut faults);
    match faults.combined() {
        Some(error) => Err((item, error)),
        None => Ok(Bound { route, arguments, item }),
    }
}

fn receiver(route: &Route, faults: &mut Faults) {
    let Some(receiver) = &route.signature.receiver else { return };
    let name = &route.signature.name;
    if route.owner.is_none() {
        let help = format!(
            "mark the `impl` block with `#[controller(\"/prefix\")]` and keep `#[{}]` on `{name}`",
            route.attribute
        );
        faults.push(
            receiver.span(),
            message(
                format_args!("the route method `{name}` takes `self`, which only a controller has"),
                "the attribute alone does not know which value `self` is",
                help,
            ),
        );
    } else if !matches!(receiver.kind, syn::ReceiverKind::Reference(_, _, None)) {
        faults.push(
            receiver.span(),
            message(
                format_args!("`{name}` must take `&self`"),
                "one injected value serves all requests at once, so a handler can neither own nor change it",
                "write `&self`, and keep what changes in a `Mutex`, an atomic or a database",
            ),
        );
    }
}

/// The rules of keys that do not depend on the arguments.
fn options(route: &Route, faults: &mut Faults) {
    let options = &route.options;
    if let Some(status) = &options.status
        && !status.base10_parse::<u16>().is_ok_and(|code| (200..400).contains(&code))
    {
        faults.push(
            status.span(),
            message(
                format_args!("`{status}` is no status of success"),
                "`status` is what a handler that returns without an error replies with",
                "write a number from 200 to 399, such as `status = 201`; errors carry their own",
            ),
        );
    }
    if let Some(mismatch) = &options.path_mismatch
        && mismatch.base10_digits() != "404"
        && mismatch.base10_digits() != "400"
    {
        faults.push(
            mismatch.span(),
            message(
                "a capture that does not parse is answered with 400 or 404",
                "",
                "write `path_mismatch = 404`, or leave it out for 400",
            ),
        );
    }
    for when in &options.when {
        faults.keep(crate::condition::check(when));
    }
    if let Some(limit) = &options.body_limit {
        faults.keep(crate::size::parse(limit));
    }
    for method in &route.methods {
        method_name(method, faults);
    }
    if let Some((name, value)) = &options.header {
        header_name(name, faults);
        header_value(value, faults);
    }
    if let Some(accept) = &options.accept {
        media_type(accept, faults);
    }
    if let (Some(blocking), true) = (options.blocking, route.signature.is_async) {
        faults.push(
            blocking,
            message(
                "`blocking` is for functions that are not `async`",
                "an `async fn` yields by itself; `blocking` moves a plain function to a thread that may wait",
                "take `blocking` away, or take `async` away",
            ),
        );
    }
}

fn method_name(method: &LitStr, faults: &mut Faults) {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    let text = method.value();
    if !KNOWN.contains(&text.as_str()) {
        let near = nearest(&text.to_ascii_uppercase(), KNOWN).unwrap_or("GET");
        let help = format!("write `{near}`; the methods are {}", list(&KNOWN));
        faults.push(method.span(), message(format_args!("`{text}` is no method of HTTP"), "", help));
    }
}

/// A field name is a token (RFC 9110, section 5.1).
pub(crate) fn header_name(name: &LitStr, faults: &mut Faults) {
    let text = name.value();
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if text.is_empty() || !text.bytes().all(token) {
        let help = "write a name such as `x-api-version`: letters, digits and `-`";
        faults.push(name.span(), message(format_args!("`{text}` is no name of a header"), "", help));
    }
}

fn header_value(value: &LitStr, faults: &mut Faults) {
    if !value.value().bytes().all(|byte| byte == b'\t' || (0x20..0x7f).contains(&byte)) {
        let help = "write printable ASCII only";
        faults.push(value.span(), message("this is no value of a header", "", help));
    }
}

fn media_type(accept: &LitStr, faults: &mut Faults) {
    let text = accept.value();
    let name = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    let fits = text.split_once('/').is_some_and(|(kind, subtype)| name(kind) && name(subtype));
    if !fits {
        let help = "write one without wildcards, such as `application/json`";
        faults.push(accept.span(), message(format_args!("`{text}` is no media type"), "", help));
    }
}

fn bind(route: &Route, argument: &Argument, faults: &mut Faults) -> Option<Source> {
    if let Some(attribute) = argument.attributes.first() {
        return parameter(argument, attribute, faults).map(Source::Parameter);
    }
    let name = argument.name.as_ref().map(|name| name.unraw().to_string());
    let captured = name.and_then(|name| {
        let index = route.path.captures().position(|capture| capture.name == name)?;
        Some((index, name))
    });
    if let Some((index, name)) = captured {
        optional_capture(argument, &name, faults);
        return Some(Source::Capture { index, name, ty: argument.ty.clone() });
    }
    if let Some((ask, inner)) = Ask::of(&argument.ty) {
        return Some(Source::Dependency { ask, handle: argument.ty.clone(), inner: inner.clone() });
    }
    if looks_like_a_value(&argument.ty) {
        faults.push(argument.span, unbound_argument(route, argument));
        return None;
    }
    Some(Source::Extractor { ty: argument.ty.clone(), foreign: !is_plain(&argument.ty) })
}

fn optional_capture(argument: &Argument, name: &str, faults: &mut Faults) {
    if last_segment(&argument.ty).is_some_and(|segment| segment.ident == "Option") {
        faults.push(
            argument.ty.span(),
            message(
                format_args!("the capture `{name}` cannot be an `Option`"),
                "a path without it is another path, so it is always there",
                "take `Option` away, and write a second handler for the path without it",
            ),
        );
    }
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

fn unbound_argument(route: &Route, argument: &Argument) -> String {
    let name = argument.name.as_ref().map_or_else(|| "_".to_owned(), |name| name.unraw().to_string());
    let captures: Vec<&str> = route.path.captures().map(|capture| capture.name).collect();
    let what = format!("nothing binds the argument `{name}` of `{}`", route.signature.name);
    let why = match captures.as_slice() {
        [] => format!("the path `{}` captures nothing", route.path.as_str()),
        captures => format!("the path captures {}", list(captures)),
    };
    let rename = nearest(&name, captures).map(|near| format!("rename it to `{near}`, "));
    let help = format!(
        "{}write `{{{name}}}` in the path, or put `#[query]`, `#[header(\"..\")]` or `#[cookie]` before it",
        rename.unwrap_or_default()
    );
    message(what, &why, help)
}

/// Extractors that ask nothing of the application.
pub(crate) fn is_plain(ty: &Type) -> bool {
    if let Some(inner) = inner_of(ty, "Valid").or_else(|| inner_of(ty, "Option")) {
        return is_plain(inner);
    }
    last_segment(ty).is_some_and(|segment| PLAIN.iter().any(|plain| segment.ident == plain))
}

/// Captures that no argument takes, unless one takes the request as a whole.
fn unbound_captures(route: &Route, faults: &mut Faults) {
    let whole = |argument: &Argument| contains_whole(&argument.ty);
    if route.signature.arguments.iter().any(whole) {
        return;
    }
    for capture in route.path.captures() {
        let taken = |argument: &Argument| {
            argument.attributes.is_empty() && argument.name.as_ref().is_some_and(|name| name.unraw() == capture.name)
        };
        if !route.signature.arguments.iter().any(taken) {
            faults.push(route.path.span(), unbound_capture(route, &capture));
        }
    }
}

fn contains_whole(ty: &Type) -> bool {
    struct Finder(bool);
    impl syn::visit::Visit<'_> for Finder {
        fn visit_path_segment(&mut self, segment: &syn::PathSegment) {
            self.0 |= WHOLE.iter().any(|whole| segment.ident == whole);
            syn::visit::visit_path_segment(self, segment);
        }
    }
    let mut finder = Finder(false);
    syn::visit::Visit::visit_type(&mut finder, ty);
    finder.0
}

fn unbound_capture(route: &Route, capture: &Capture<'_>) -> String {
    let captures: Vec<&str> = route.path.captures().map(|capture| capture.name).collect();
    let free: Vec<String> = route
        .signature
        .arguments
        .iter()
        .filter(|argument| argument.attributes.is_empty() && looks_like_a_value(&argument.ty))
        .filter_map(|argument| argument.name.as_ref().map(|name| name.unraw().to_string()))
        .filter(|name| !captures.contains(&name.as_str()))
        .collect();
    let name = capture.name;
    let help = match nearest(name, free.iter().map(String::as_str)) {
        Some(near) => format!("rename the argument `{near}` to `{name}`, or write `{{{near}}}` in the path"),
        None => format!("add an argument such as `{name}: {}`", if capture.rest { "String" } else { "u64" }),
    };
    message(
        format_args!(
            "the path captures `{name}`, but `{}` has no argument of that name\n{}",
            route.signature.name,
            route.path.draw(&capture.at)
        ),
        "captures are bound by name, so each one needs an argument to land in",
        help,
    )
}

/// Two arguments that read the body, and a body on a method that has none, as far as names tell.
fn bodies(route: &Route, arguments: &[Source], faults: &mut Faults) {
    let readers: Vec<&Type> = arguments.iter().filter_map(body_reader).collect();
    if let [first, second, ..] = readers.as_slice() {
        let (first, second) = (tokens(first), tokens(second));
        faults.push(
            readers[1].span(),
            message(
                format_args!("`{first}` and `{second}` both read the body"),
                "a body can be read once",
                format_args!("keep one of them; a struct with both parts can be read as one `Json<_>`"),
            ),
        );
    }
    let bodiless = |method: &LitStr| matches!(method.value().as_str(), "GET" | "HEAD");
    if let Some(method) = route.methods.iter().find(|method| bodiless(method))
        && let Some(reader) = readers.iter().find(|ty| !is_named(ty, "Request"))
    {
        faults.push(
            reader.span(),
            message(
                format_args!("`{}` reads a body, but a {} request has none", tokens(reader), method.value()),
                "content of a GET or HEAD request has no meaning (RFC 9110, section 9.3.1)",
                "use `#[post]`, take the values from the query with `#[query]`, or take the whole `Request`",
            ),
        );
    }
}

fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// The extractors that are known to read the body; the compiler finds the others.
fn body_reader(source: &Source) -> Option<&Type> {
    const READERS: [&str; 8] = ["Json", "Form", "RawForm", "Bytes", "String", "Body", "Request", "Multipart"];
    let Source::Extractor { ty, .. } = source else { return None };
    let read = inner_of(ty, "Valid").or_else(|| inner_of(ty, "Result")).unwrap_or(ty);
    READERS.iter().any(|reader| is_named(read, reader)).then_some(ty)
}

/// A type as it reads in source.
pub(crate) fn tokens(ty: &Type) -> String {
    crate::text::of(ty)
}

/// `#[query]`, `#[query(default = 0)]`, `#[query("skip")]`, `#[header("x-id")]`.
struct ParameterAttribute {
    name: Option<LitStr>,
    default: Option<Expr>,
}

impl Parse for ParameterAttribute {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut read = Self { name: None, default: None };
        while !input.is_empty() {
            if input.peek(LitStr) {
                read.name = Some(input.parse()?);
            } else {
                let key: Ident = input.parse()?;
                input.parse::<Token![=]>()?;
                match key.to_string().as_str() {
                    "default" => read.default = Some(input.parse()?),
                    "name" => read.name = Some(input.parse()?),
                    _ => return Err(crate::faults::unknown_key("query", &key, &["default", "name"])),
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(read)
    }
}

fn parameter(argument: &Argument, attribute: &syn::Attribute, faults: &mut Faults) -> Option<Parameter> {
    let place = match attribute.path().get_ident()?.to_string().as_str() {
        "query" => Place::Query,
        "header" => Place::Header,
        _ => Place::Cookie,
    };
    if let Some(second) = argument.attributes.get(1) {
        let help = "keep one of the attributes";
        faults.push(second.span(), message("an argument is bound to one place", "", help));
    }
    let read = match &attribute.meta {
        syn::Meta::Path(_) => ParameterAttribute { name: None, default: None },
        _ => faults.keep(attribute.parse_args::<ParameterAttribute>())?,
    };
    let own = argument.name.as_ref().map(|name| name.unraw().to_string());
    let name = match (&read.name, own) {
        (Some(name), _) => name.value(),
        (None, Some(own)) if place == Place::Header => own.replace('_', "-"),
        (None, Some(own)) => own,
        (None, None) => {
            let help = "give the argument a name, or write the parameter's: `#[query(\"name\")]`";
            faults.push(argument.span, message("a parameter without a name", "", help));
            return None;
        }
    };
    if let (Some(literal), Place::Header) = (&read.name, place) {
        header_name(literal, faults);
    }
    let shape = shape(argument, read.default, faults)?;
    Some(Parameter { place, name, ty: argument.ty.clone(), shape })
}

fn shape(argument: &Argument, default: Option<Expr>, faults: &mut Faults) -> Option<Shape> {
    let optional = inner_of(&argument.ty, "Option");
    let many = inner_of(&argument.ty, "Vec");
    match (default, optional, many) {
        (Some(default), Some(_), _) => {
            let help = "take `Option` away: with a default there is always a value";
            faults.push(default.span(), message("a default and `Option` exclude each other", "", help));
            None
        }
        (Some(default), _, Some(_)) => {
            let help = "take the default away: without the key the `Vec` is empty";
            faults.push(default.span(), message("a `Vec` needs no default", "", help));
            None
        }
        (Some(default), None, None) => Some(Shape::Default(Box::new(default))),
        (None, Some(inner), _) => Some(Shape::Optional(Box::new(inner.clone()))),
        (None, None, Some(inner)) => Some(Shape::Many(Box::new(inner.clone()))),
        (None, None, None) => Some(Shape::One),
    }
}

/// The span in which generated code stands so that it passes the user's `forbid`s and points at `span`.
pub(crate) fn located(span: Span) -> Span {
    Span::call_site().located_at(span)
}
