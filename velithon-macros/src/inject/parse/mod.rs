//! Reads an item and its attribute into what it provides, without judging whether that can work.
//!
//! The item's own tokens are kept beside: less the field attributes that are ours, and, for a function, with the type
//! that names it.

mod block;
mod function;
mod need;
mod options;
mod slot;
mod structure;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{Item, Type};

pub(crate) use function::fallible;
pub(super) use need::{Need, Source};
pub(super) use options::{Options, Scope};
pub(super) use slot::Slot;

use crate::faults::{Faults, message};

/// What goes back to the compiler as it was written, and what was understood.
pub(super) struct Parsed {
    pub(super) tokens: TokenStream,
    /// Nothing when a fault left nothing to judge.
    pub(super) subject: Option<Subject>,
}

pub(super) enum Subject {
    Provider(Box<Provider>),
    Slot(Box<Slot>),
}

/// A struct, `impl` block or function that provides a value.
pub(super) struct Provider {
    /// The struct or function, where carets about the whole provider go.
    pub(super) name: Ident,
    /// What it is asked for by: the struct, or the type beside the function.
    pub(super) key: Type,
    /// What is built.
    pub(super) value: Type,
    pub(super) options: Options,
    pub(super) needs: Vec<Need>,
    pub(super) make: Make,
}

impl Provider {
    /// The same without what may be faulty, so that a fault here is none at every place that asks for it.
    pub(super) fn stub(self) -> Self {
        let options = Options { scope: self.options.scope, ..Options::default() };
        Self { options, needs: Vec::new(), make: Make::Given, ..self }
    }
}

/// How the value comes about.
pub(super) enum Make {
    /// `app.provide(..)` brings it.
    Given,
    /// `Users { pool, cache }`
    Fields(Vec<Ident>),
    /// `Users(pool, cache)`
    Tuple,
    /// `Users`
    Unit,
    Call(Call),
}

/// A function that makes the value out of its arguments.
pub(super) struct Call {
    pub(super) path: TokenStream,
    pub(super) is_async: bool,
    /// Where the error of its `Result` stands, if it returns one.
    pub(super) failure: Option<Span>,
}

pub(super) fn read(attribute: TokenStream, item: TokenStream, faults: &mut Faults) -> Parsed {
    let parsed = match syn::parse2::<Item>(item.clone()) {
        Ok(parsed) => parsed,
        Err(error) => {
            faults.error(error);
            return Parsed { tokens: item, subject: None };
        }
    };
    match parsed {
        Item::Struct(item) => structure::read(attribute, item, faults),
        Item::Impl(item) => block::read(attribute, item, faults),
        Item::Fn(item) => function::read(attribute, &item, faults),
        Item::Trait(item) => slot::read(attribute, item, faults),
        other => {
            faults.push(Span::call_site(), stands_on(&other));
            Parsed { tokens: other.into_token_stream(), subject: None }
        }
    }
}

/// What to write instead, for an item that is no provider.
fn stands_on(item: &Item) -> String {
    let what = "`#[inject]` stands on a struct, an `impl` block, a function or a trait";
    match item {
        Item::Enum(item) => message(
            what,
            "nothing would say which variant to build",
            format_args!("write `#[inject] fn {}() -> {} {{ .. }}`", snake_case(&item.ident), item.ident),
        ),
        Item::Static(_) | Item::Const(_) => {
            message(what, "", "return the value from a function: `#[inject] fn limits() -> Limits { .. }`")
        }
        Item::Type(_) => message(what, "", "put it on the struct that the alias names"),
        _ => message(what, "", "return the value from a function: `#[inject] fn name() -> Type { .. }`"),
    }
}

/// `RateLimits` as a function would be called: `rate_limits`.
fn snake_case(name: &Ident) -> String {
    let mut snake = String::new();
    for letter in name.to_string().chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
