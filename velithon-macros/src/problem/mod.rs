//! `#[derive(Problem)]`: an error type whose every value is a problem document (RFC 9457).
//!
//! [`parse`] reads variants, fields and their keys with spans; [`check`] finds all faults and decides what each
//! variant becomes; [`emit`] writes the impls. [`detail`] reads the format strings.

mod check;
mod detail;
mod emit;
mod parse;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

/// One error type in; its impls of `Display`, `Error`, `From`, `IntoResponse` and `Problems` out.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input = match parse::parse(item) {
        Ok(input) => input,
        Err(fault) => return fault.to_compile_error(),
    };
    match check::check(&input) {
        Ok(kinds) => emit::emit(&input, &kinds),
        // The impls outlive a fault, so that the handlers that return this error are not reported too.
        Err(faults) => crate::faults::beside(emit::bare(&input), &faults),
    }
}
