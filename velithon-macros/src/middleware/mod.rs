//! `#[middleware]`: a function around the rest of the chain, or a function that returns a `tower::Layer`.
//!
//! The function survives unchanged; beside it stands its key, an empty enum of the same name, which `after` and `before`
//! of others name. Everything else is in one `const _`: the order as consts, the wrapper, the record.
//!
//! Nothing here solves the order or reads a path: a consistent record is all that is promised, the plan does the rest.

mod check;
mod emit;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::faults::{Faults, beside, message};

/// One function in; the same function, its key and one middleware record out.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let Ok(function) = syn::parse2::<syn::ItemFn>(item.clone()) else {
        return beside(item.clone(), &syn::Error::new_spanned(item, no_function()));
    };
    let mut faults = Faults::new();
    let parsed = parse::Middleware::parse(attribute, function, &mut faults);
    check::check(&parsed, &mut faults);
    match faults.combined() {
        None => emit::emit(&parsed),
        Some(fault) => beside(broken(&parsed), &fault),
    }
}

/// The function and its key: who names a faulty middleware in `after` shall not be told that it does not exist.
fn broken(parsed: &parse::Middleware) -> TokenStream {
    let mut tokens = parsed.item.to_token_stream();
    if parsed.signature.receiver.is_none() {
        tokens.extend(emit::key_alone(parsed));
    }
    tokens
}

fn no_function() -> String {
    message(
        "`#[middleware]` stands on a function with a body",
        "",
        "write `async fn name(request: Request, next: Next) -> Response { next.run(request).await }`",
    )
}
