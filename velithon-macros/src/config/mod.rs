//! `#[config("shop")]`: a struct that holds one section of the configuration.

mod check;
mod emit;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::faults::beside;

/// One struct in; the same struct, its `Section` and one record out.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    match parse::Parsed::new(attribute, item.clone()).and_then(check::check) {
        Ok(section) => emit::emit(&item, &section),
        Err(faults) => beside(item, &faults),
    }
}
