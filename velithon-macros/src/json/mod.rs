//! `#[derive(ToJson)]`: code that writes a type as JSON, made from the same attributes that serde's derive reads.
//!
//! [`parse`] reads the type and its `#[serde(..)]` keys with spans; [`check`] finds what cannot be honoured and decides
//! how each struct and variant is represented; [`emit`] writes the impls. [`case`](crate::case) is serde's renaming.
//!
//! A key that would change the text and is not known here is a fault: the writer never differs from `Serialize`.

mod check;
mod emit;
mod keys;
mod parse;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

/// One type in; its impl of `ToJson` out, and of `JsonKey` for an enum without data.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input = match parse::parse(item) {
        Ok(input) => input,
        Err(fault) => return fault.to_compile_error(),
    };
    match check::check(&input) {
        Ok(body) => emit::emit(&input, &body),
        // The impl outlives a fault, so that the places which need it are not reported too.
        Err(faults) => crate::faults::beside(emit::bare(&input), &faults),
    }
}
