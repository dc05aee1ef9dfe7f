//! The rules of `#[middleware]`, a small function each; all faults are reported together.

use syn::spanned::Spanned;
use syn::{Path, ReturnType, Type};

use super::parse::{Form, Middleware, Role};
use crate::faults::{Faults, message};
use crate::signature::Argument;

pub(super) fn check(middleware: &Middleware, faults: &mut Faults) {
    receiver(middleware, faults);
    argument_attributes(middleware, faults);
    borrowed(middleware, faults);
    itself(middleware, faults);
    both_ways(middleware, faults);
    literals(middleware, faults);
    match middleware.form() {
        Form::Around => around(middleware, faults),
        Form::Layer => layer(middleware, faults),
    }
}

fn receiver(middleware: &Middleware, faults: &mut Faults) {
    if let Some(receiver) = &middleware.signature.receiver {
        faults.push(
            receiver.self_token.span,
            message(
                format_args!("a middleware has no `{}`", crate::text::of(receiver)),
                "it is called as a free function, with nothing to call it on",
                "move the function out of the `impl` and take what it needs as `users: Inject<Users>`",
            ),
        );
    }
}

fn argument_attributes(middleware: &Middleware, faults: &mut Faults) {
    for attribute in middleware.signature.arguments.iter().flat_map(|argument| &argument.attributes) {
        let name = attribute.path().get_ident().map(ToString::to_string).unwrap_or_default();
        faults.push(
            attribute.path().span(),
            message(
                format_args!("`#[{name}]` stands on arguments of handlers only"),
                "a middleware runs for many routes and belongs to the parameters of none",
                "read it from the request: `request.headers()`, `request.uri().query()`, or take `axum::extract::Query<_>`",
            ),
        );
    }
}

fn borrowed(middleware: &Middleware, faults: &mut Faults) {
    for argument in &middleware.signature.arguments {
        if let Type::Reference(reference) = &argument.ty {
            let inner = &reference.elem;
            faults.push(
                inner.span(),
                message(
                    "an argument of a middleware is taken by value",
                    "nothing outlives the call that it could be borrowed from",
                    format_args!("write `{}`", crate::text::of(inner)),
                ),
            );
        }
    }
}

fn itself(middleware: &Middleware, faults: &mut Faults) {
    let name = &middleware.signature.name;
    for (key, path) in rules(middleware) {
        if path.is_ident(name) {
            faults.push(
                path.span(),
                message(
                    format_args!("`{name}` cannot run {key} itself"),
                    "",
                    format_args!("name another middleware, or take `{key}` away"),
                ),
            );
        }
    }
}

fn both_ways(middleware: &Middleware, faults: &mut Faults) {
    let name = &middleware.signature.name;
    for path in middleware.keys.before.iter().filter(|path| middleware.keys.after.contains(path)) {
        let other = shown(path);
        faults.push(
            path.span(),
            message(
                format_args!("`{name}` cannot run both after and before `{other}`"),
                "",
                format_args!("keep `after = {other}` to run inside of it, or `before = {other}` to run around it"),
            ),
        );
    }
}

fn literals(middleware: &Middleware, faults: &mut Faults) {
    for literal in middleware.keys.paths.iter().chain(&middleware.keys.except) {
        faults.keep(crate::pattern::pattern(literal));
    }
    if let Some(when) = &middleware.keys.when {
        faults.keep(crate::condition::check(when));
    }
}

fn rules(middleware: &Middleware) -> impl Iterator<Item = (&'static str, &Path)> {
    let after = middleware.keys.after.iter().map(|path| ("after", path));
    after.chain(middleware.keys.before.iter().map(|path| ("before", path)))
}

/// A path as it was written: `web::trace`.
pub(super) fn shown(path: &Path) -> String {
    crate::text::of(path)
}

fn around(middleware: &Middleware, faults: &mut Faults) {
    let name = &middleware.signature.name;
    if !middleware.signature.is_async {
        faults.push(
            middleware.item.sig.fn_token.span,
            message(
                format_args!("`{name}` takes `Next` and is not `async`"),
                "only an `async fn` can wait for the reply of what it runs",
                format_args!("write `async fn {name}`"),
            ),
        );
    }
    if let ReturnType::Default = middleware.signature.output {
        faults.push(
            name.span(),
            message(
                format_args!("`{name}` returns nothing"),
                "the reply of what it runs would be lost, and the client would see an empty 200",
                "write `-> Response` and end with `next.run(request).await`",
            ),
        );
    }
    once(middleware, "Next", |role| matches!(role, Role::Next), faults);
    once(middleware, "Request", |role| matches!(role, Role::Request), faults);
    if !middleware.roles.iter().any(|role| matches!(role, Role::Request)) {
        faults.push(
            name.span(),
            message(
                format_args!("`{name}` takes `Next` but no `Request`"),
                "`next.run` hands the request on, so a middleware has to have it",
                format_args!("write `async fn {name}(request: Request, next: Next, ..)`"),
            ),
        );
    }
}

fn once(middleware: &Middleware, what: &str, is: impl Fn(&Role) -> bool, faults: &mut Faults) {
    for argument in arguments(middleware, is).skip(1) {
        faults.push(
            argument.ty.span(),
            message(
                format_args!("`{}` takes `{what}` twice", middleware.signature.name),
                "there is one of it for each request",
                format_args!("take `{}` away", quote_argument(argument)),
            ),
        );
    }
}

fn layer(middleware: &Middleware, faults: &mut Faults) {
    let name = &middleware.signature.name;
    if let Some(request) = arguments(middleware, |role| matches!(role, Role::Request)).next() {
        faults.push(
            request.ty.span(),
            message(
                format_args!("`{name}` takes a `Request` but no `Next`"),
                "with `Next` it runs around each request; without, it is called once at start and returns a `tower::Layer`",
                format_args!("write `async fn {name}(request: Request, next: Next) -> Response`, or take the `Request` away"),
            ),
        );
        return;
    }
    for argument in arguments(middleware, |role| matches!(role, Role::Extracted)) {
        faults.push(
            argument.ty.span(),
            message(
                format_args!("`{name}` cannot take `{}`", quote_argument(argument)),
                "without `Next` it is called once at start, to return a `tower::Layer`, and there is no request yet",
                "take `Inject<_>`, `Lazy<_>`, `Factory<_>`, `All<_>` or `Config<_>`, or add `request: Request, next: Next`",
            ),
        );
    }
    if let ReturnType::Default = middleware.signature.output {
        faults.push(
            name.span(),
            message(
                format_args!("`{name}` is no middleware: it takes no `Next` and returns nothing"),
                "",
                format_args!(
                    "write `async fn {name}(request: Request, next: Next) -> Response`, or return a `tower::Layer`"
                ),
            ),
        );
    }
}

fn arguments(middleware: &Middleware, is: impl Fn(&Role) -> bool) -> impl Iterator<Item = &Argument> {
    let both = middleware.signature.arguments.iter().zip(&middleware.roles);
    both.filter(move |(_, role)| is(role)).map(|(argument, _)| argument)
}

fn quote_argument(argument: &Argument) -> String {
    let ty = crate::text::of(&argument.ty);
    match &argument.name {
        Some(name) => format!("{name}: {ty}"),
        None => ty,
    }
}
