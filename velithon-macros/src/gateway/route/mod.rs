//! `#[gateway]`: a prefix that leads to an upstream, or a function around what is sent there.
//!
//! A function is a handler like any other and goes through `crate::route`: its arguments, its assertions and its wrapper
//! are those of `#[get]`. What is a gateway's own (where it leads, what changes on the way) is read and checked here.

mod captures;
mod check;
mod emit;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use crate::faults::{Faults, beside};

/// One struct or function in; the same item and one record out.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut faults = Faults::new();
    let (item, gateway) = parse::read(attribute, item, &mut faults);
    let record = gateway.and_then(|gateway| check::check(gateway, &mut faults)).map(|checked| emit::emit(&checked));
    match faults.combined() {
        None => quote!(#item #record),
        Some(fault) => beside(item, &fault),
    }
}
