//! `#[velithon::main]` and `#[velithon::test]`: the two places where an application begins.
//!
//! The function keeps its name and attributes and loses its `async` and its argument: it runs the user's body, as an
//! inner function of the same name, with the app that velithon made. `include` names the crates that may register.
//!
//! Nothing here knows what a crate registers; that a crate of `include` registers nothing is a fault of the plan.

mod check;
mod emit;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::faults::{Faults, beside, message};

/// Which of the two attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Main,
    Test,
}

impl Kind {
    fn attribute(self) -> &'static str {
        match self {
            Self::Main => "velithon::main",
            Self::Test => "velithon::test",
        }
    }

    /// The type of the one argument.
    fn app(self) -> &'static str {
        match self {
            Self::Main => "App",
            Self::Test => "TestApp",
        }
    }

    /// The function as it is written.
    fn example(self) -> &'static str {
        match self {
            Self::Main => "async fn main(app: App) -> velithon::Result<()> { app.run().await }",
            Self::Test => "async fn a_user_is_found(app: TestApp) { .. }",
        }
    }
}

/// One `async fn` in; the function that Rust or its test harness calls out.
pub(crate) fn expand(kind: Kind, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let Ok(function) = syn::parse2::<syn::ItemFn>(item.clone()) else {
        let what = format!("`#[{}]` stands on a function with a body", kind.attribute());
        let fault = message(what, "", format_args!("write `{}`", kind.example()));
        return beside(item.clone(), &syn::Error::new_spanned(item, fault));
    };
    let mut faults = Faults::new();
    let start = parse::Start::parse(kind, attribute, function, &mut faults);
    check::check(&start, &mut faults);
    match faults.combined() {
        None => emit::emit(&start),
        Some(fault) => beside(emit::broken(&start), &fault),
    }
}
