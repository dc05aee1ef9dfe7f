//! Where a record stands: the line of the item itself, not of the attribute that a whole block shares.

use proc_macro2::{Span, TokenStream};
use quote::quote;

/// The origin of the item at `span`.
pub(crate) fn origin(span: Span) -> TokenStream {
    // Outside of the compiler, as in tests, spans have no lines.
    if !proc_macro::is_available() {
        return quote!(::velithon::__origin!());
    }
    let span = span.unwrap();
    let (line, column) = (narrow(span.line()), narrow(span.column()));
    quote!(::velithon::__origin!(#line, #column))
}

/// The line and column of `span`, as fields of a record.
pub(crate) fn position(span: Span) -> TokenStream {
    if !proc_macro::is_available() {
        return quote!(line: ::core::line!(), column: ::core::column!());
    }
    let span = span.unwrap();
    let (line, column) = (narrow(span.line()), narrow(span.column()));
    quote!(line: #line, column: #column)
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
