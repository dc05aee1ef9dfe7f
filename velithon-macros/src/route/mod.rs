//! `#[get]` and its kin: one handler in; the same handler and one route record out.
//!
//! `parse` reads the attribute (its keys are `options`) and the function, `check` binds every argument to where its value
//! comes from, `emit` writes the wrapper. `group` is the `#[routes]` module, `methods` the `impl` blocks of
//! `#[controller]` and `#[resource]`, which come down to the same routes.

pub(crate) mod check;
pub(crate) mod emit;
pub(crate) mod group;
pub(crate) mod methods;
pub(crate) mod options;
pub(crate) mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use crate::faults::{Faults, beside};

/// Expands `#[get]`, `#[post]` and the others on a function; `method` is nothing for `#[route]`.
pub(crate) fn expand(method: Option<&'static str>, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut faults = Faults::new();
    let (item, route) = parse::function(method, attribute, item, &mut faults);
    let record = route.and_then(|route| check::check(route, &mut faults)).map(|bound| emit::record(&bound));
    match faults.combined() {
        None => quote!(#item #record),
        Some(error) => beside(item, &error),
    }
}
