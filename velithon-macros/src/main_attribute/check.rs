//! The rules of `#[velithon::main]` and `#[velithon::test]`, a small function each; all faults are reported together.

use syn::spanned::Spanned;
use syn::{FnArg, ReturnType};

use super::Kind;
use super::parse::Start;
use crate::faults::{Faults, message};
use crate::signature::last_segment;

pub(super) fn check(start: &Start, faults: &mut Faults) {
    synchronous(start, faults);
    name(start, faults);
    generic(start, faults);
    argument(start, faults);
    nothing_returned(start, faults);
    included_twice(start, faults);
    tested_twice(start, faults);
}

fn synchronous(start: &Start, faults: &mut Faults) {
    let signature = &start.item.sig;
    if signature.asyncness.is_none() {
        faults.push(
            signature.fn_token.span,
            message(
                format_args!("`{}` is not `async`", signature.ident),
                "it awaits the application, and `velithon` brings the runtime that it runs on",
                format_args!("write `async fn {}`", signature.ident),
            ),
        );
    }
}

fn name(start: &Start, faults: &mut Faults) {
    let name = &start.item.sig.ident;
    if start.kind == Kind::Main && name != "main" {
        faults.push(
            name.span(),
            message(
                format_args!("`#[velithon::main]` stands on `main`, not on `{name}`"),
                "a program begins at the function of that name",
                "rename it to `main`",
            ),
        );
    }
}

fn generic(start: &Start, faults: &mut Faults) {
    if let Some(parameter) = start.item.sig.generics.params.first() {
        let what = format_args!("`{}` cannot be generic", start.item.sig.ident);
        faults.push(
            parameter.span(),
            message(what, "nothing would say what stands for the parameter", "take the parameter away"),
        );
    }
}

fn argument(start: &Start, faults: &mut Faults) {
    let signature = &start.item.sig;
    let app = start.kind.app();
    let Some(first) = signature.inputs.first() else {
        faults.push(
            signature.ident.span(),
            message(
                format_args!("`{}` takes no application", signature.ident),
                "",
                format_args!("write `async fn {}(app: {app})`", signature.ident),
            ),
        );
        return;
    };
    if !matches!(first, FnArg::Typed(typed) if last_segment(&typed.ty).is_some_and(|segment| segment.ident == app)) {
        let why = match start.kind {
            Kind::Main => "it is called with the application, which is all there is before the start",
            Kind::Test => "it is called with the application of the test, before it is started",
        };
        let what = format_args!("`{}` takes one argument, the `{app}`", signature.ident);
        faults.push(place(first), message(what, why, format_args!("write `app: {app}`")));
    }
    for more in signature.inputs.iter().skip(1) {
        let help = match start.kind {
            Kind::Main => "configuration goes to a provider as `Config<_>`, and a provider starts what runs by itself",
            Kind::Test => "start the application with `app.start().await` and ask it",
        };
        let what = format_args!("`{}` takes one argument, the `{app}`", signature.ident);
        faults.push(place(more), message(what, "nothing would give another its value", help));
    }
}

/// The type, where there is one: it says most about what is wrong.
fn place(argument: &FnArg) -> proc_macro2::Span {
    match argument {
        FnArg::Typed(typed) => typed.ty.span(),
        FnArg::Receiver(receiver) => receiver.self_token.span,
    }
}

fn nothing_returned(start: &Start, faults: &mut Faults) {
    if start.kind == Kind::Main && start.item.sig.output == ReturnType::Default {
        faults.push(
            start.item.sig.ident.span(),
            message(
                "`main` returns nothing, so a failed start would be lost",
                "",
                "write `-> velithon::Result<()>` and end with `app.run().await`",
            ),
        );
    }
}

fn included_twice(start: &Start, faults: &mut Faults) {
    for (index, name) in start.include.iter().enumerate() {
        if start.include[..index].contains(name) {
            faults.push(name.span(), message(format_args!("`{name}` is included twice"), "", "name it once"));
        }
    }
}

/// Another `#[test]` would run the function a second time.
fn tested_twice(start: &Start, faults: &mut Faults) {
    let is_test = |attribute: &&syn::Attribute| {
        attribute.path().segments.last().is_some_and(|segment| segment.ident == "test" || segment.ident == "main")
    };
    for attribute in start.item.attrs.iter().filter(is_test) {
        let shown = crate::text::of(attribute.path());
        faults.push(
            attribute.path().span(),
            message(
                format_args!("`#[{shown}]` stands beside `#[{}]`", start.kind.attribute()),
                "each of them calls the function",
                format_args!("take `#[{shown}]` away"),
            ),
        );
    }
}
