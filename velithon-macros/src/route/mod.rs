//! `#[get]` and its kin: one handler in; the same handler and one route record out.
//!
//! `parse` reads the attribute and the function, `check` binds every argument to where its value comes from, `emit`
//! writes the wrapper. `group` is the `#[routes]` module, `methods` the `impl` blocks of `#[controller]` and
//! `#[resource]`, which come down to the same routes.

pub(crate) mod check;
pub(crate) mod emit;
pub(crate) mod group;
pub(crate) mod methods;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;

use crate::faults::beside;

/// Expands `#[get]`, `#[post]` and the others on a function; `method` is nothing for `#[route]`.
pub(crate) fn expand(method: Option<&'static str>, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = parse::function(method, attribute, item.clone());
    let (function, faults) = match parsed {
        Ok(route) => match check::check(route) {
            Ok(bound) => {
                let item = &bound.item;
                let record = emit::record(&bound);
                return quote!(#item #record);
            }
            Err((item, faults)) => (item, faults),
        },
        Err(faults) => (item, faults),
    };
    beside(function, &faults)
}
