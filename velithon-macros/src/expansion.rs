//! What the tests of every macro ask of an expansion.

use proc_macro2::TokenStream;

/// The tokens as text, each blank one space.
pub(crate) fn text(tokens: impl Into<TokenStream>) -> String {
    tokens.into().to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Checks that an expansion has a part, blank for blank.
#[track_caller]
pub(crate) fn has_spelled(expansion: TokenStream, part: TokenStream) {
    let (expansion, part) = (text(expansion), text(part));
    assert!(expansion.contains(&part), "{part}\n\nis not in\n\n{expansion}");
}

/// Checks that an expansion has a part, whatever the spaces.
#[track_caller]
pub(crate) fn has(expansion: &(impl ToString + ?Sized), part: impl Into<TokenStream>) {
    let (expansion, part) = (expansion.to_string(), part.into().to_string());
    let without_spaces = |text: &str| text.replace(' ', "");
    assert!(without_spaces(&expansion).contains(&without_spaces(&part)), "{part}\n\nis not in\n\n{expansion}");
}
