//! `#[task]`: a function becomes work that runs outside of the request.
//!
//! The function survives unchanged. Beside it stands an empty enum of its name, in the type namespace only, so that
//! `send_welcome(7, mailer)` calls the function and `send_welcome::job(7)` makes a job of it. Everything else is in one
//! `const _`: what the types must be, the wrapper, the record.
//!
//! Nothing here knows other tasks or a configuration: two of one name, and a queue that nobody serves, are the plan's.

mod check;
mod emit;
mod keys;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::faults::{Faults, beside, message};

/// One function in; the same function, its name as a type and one record out.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut faults = Faults::new();
    let Some(task) = parse::read(attribute, item.clone(), &mut faults) else {
        return beside(item.clone(), &syn::Error::new_spanned(item, no_function()));
    };
    let of_the_keys = faults.len();
    check::signature(&task, &mut faults);
    let whole = faults.len() == of_the_keys;
    check::keys(&task, &mut faults);
    match faults.combined() {
        None => emit::emit(&task),
        // With wrong keys it is a task all the same, so that who enqueues it is told nothing.
        Some(fault) if whole => beside(emit::emit(&task.with_plain_keys()), &fault),
        Some(fault) => beside(emit::named(&task), &fault),
    }
}

fn no_function() -> String {
    message("`#[task]` stands on a function", "", "write `async fn name(user_id: u64) -> Result<()> { .. }`")
}
