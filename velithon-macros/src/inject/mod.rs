//! `#[inject]`: a struct, an `impl` block, a function or a trait becomes a dependency.
//!
//! `parse` reads the item into a [`Provider`](parse::Provider) or a [`Slot`](parse::Slot), `check` holds them against
//! the rules, `emit` writes the implementation that the compiler checks and the record that the plan reads.

mod check;
mod emit;
mod mend;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::faults::{Faults, beside};
use parse::{Parsed, Subject};

/// One item in; the same item, its key and one record out.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut faults = Faults::new();
    let Parsed { mut tokens, subject } = parse::read(attribute, item, &mut faults);
    if let Some(subject) = &subject {
        check::check(subject, &mut faults);
    }
    let count = faults.len();
    let faults = faults.combined();
    let subject = match (subject, &faults) {
        (Some(Subject::Provider(provider)), Some(_)) => Some(Subject::Provider(Box::new(provider.stub()))),
        // Nothing else is wrong with it: who asks for it is not to blame.
        (Some(Subject::Slot(slot)), Some(_)) if check::unboxed_methods(&slot).count() == count => {
            tokens = mend::mended(&slot).into_token_stream();
            tokens.extend(emit::stand_in(&slot));
            None
        }
        (Some(Subject::Slot(_)), Some(_)) => None,
        (subject, _) => subject,
    };
    tokens.extend(subject.as_ref().map(emit::emit));
    match faults {
        Some(faults) => beside(tokens, &faults),
        None => tokens,
    }
}
