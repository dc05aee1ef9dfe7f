//! `#[upstream]`: a struct becomes the name of a group of targets, and of the section that configures it.

mod check;
mod emit;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use crate::faults::{Faults, beside};

/// One struct in; the same struct, its `Upstream` and one record out.
pub(crate) fn expand(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut faults = Faults::new();
    let Some(upstream) = parse::read(attribute, item, &mut faults) else {
        return faults.combined().map_or_else(|| item.clone(), |fault| beside(item.clone(), &fault));
    };
    check::check(&upstream, &mut faults);
    match faults.combined() {
        None => {
            let written = emit::emit(&upstream);
            quote!(#item #written)
        }
        // Who names a faulty upstream shall not be told that it is none.
        Some(fault) => beside(quote!(#item), &fault).into_iter().chain(emit::named(&upstream)).collect(),
    }
}
