//! Two routes of one method and path in one crate do not link: each exports a symbol of that name.

use proc_macro2::TokenStream;
use quote::{format_ident, quote_spanned};

use crate::route::check::{Bound, located};

/// One exported symbol for each method: a second route of the same shape is a symbol that is already defined.
pub(super) fn symbols(bound: &Bound) -> TokenStream {
    let route = &bound.route;
    let options = &route.options;
    // The plan looks at these instead: conditions and guards decide at start and per request.
    if !options.when.is_empty() || options.accept.is_some() || options.header.is_some() || in_doctest() {
        return TokenStream::new();
    }
    let place = place_name();
    let path = route.path.normalised();
    let span = located(route.path.span());
    let symbols = route.methods.iter().enumerate().map(|(index, method)| {
        let symbol = format!("route {} {path} of {place}", method.value());
        let name = format_ident!("__VELITHON_ROUTE_{index}", span = span);
        quote_spanned! {span=>
            #[unsafe(export_name = #symbol)]
            static #name: u8 = 0;
        }
    });
    symbols.collect()
}

/// The crate and binary that is compiled: two crates may serve the same path if the plan allows it.
fn place_name() -> String {
    let name = std::env::var("CARGO_CRATE_NAME").unwrap_or_default();
    match std::env::var("CARGO_BIN_NAME") {
        Ok(binary) if binary != name => format!("{name}, {binary}"),
        Ok(_) => format!("the program {name}"),
        Err(_) => name,
    }
}

/// Doctests are linked with the crate whose name they carry.
fn in_doctest() -> bool {
    std::env::var_os("UNSTABLE_RUSTDOC_TEST_PATH").is_some()
}
