//! Writes the wrapper of a handler, its assertions and its record. Everything is decided by now.
//!
//! Nothing here stops at a wrong type: the assertions name each type once, where the user wrote it, and the wrapper asks
//! by method resolution, which finds an answer for any type. So a wrong type is one error, at that type.

mod assertions;
mod record;
mod symbols;
mod wrapper;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::check::Bound;

pub(crate) use assertions::assertions;
pub(crate) use assertions::dependency as dependency_assertion;
pub(crate) use assertions::returned as returned_assertion;
pub(crate) use record::{argument_dependency, dependencies, dependency, options};
pub(crate) use wrapper::{wanted, wanted_imports, without_lifetimes, wrapper};

/// The `const _` that stands beside the handler.
pub(crate) fn record(bound: &Bound) -> TokenStream {
    let cfgs = &bound.route.cfgs;
    let symbols = symbols::symbols(bound);
    let assertions = assertions::assertions(bound);
    let wrapper = wrapper::wrapper(bound);
    let fields = record::fields(bound);
    quote! {
        #(#cfgs)*
        #[allow(deprecated)]
        const _: () = {
            #symbols
            #assertions
            ::velithon::__submit! { ::velithon::route::RouteRecord { call: #wrapper, #fields } }
        };
    }
}

/// A local of the wrapper, which no name of the user's can meet.
fn local(index: usize) -> Ident {
    format_ident!("argument_{index}", span = Span::mixed_site())
}
