//! What is said about a key or value that does not fit.

use syn::Path;
use syn::spanned::Spanned;

use super::super::schema::{Edit, Form, Key, Takes};
use crate::faults::{list, message, nearest};

/// The fault of a key that is not in a table, with the nearest that is.
pub(super) fn unknown(host: &str, key: &Path, known: &[&str]) -> syn::Error {
    let typed = crate::text::of(key);
    let all = format!("`{host}` has the keys {}", list(known));
    let help = match nearest(&typed, known.iter().copied()) {
        Some(near) => format!("write `{near}`; {all}"),
        None => all,
    };
    syn::Error::new(key.span(), message(format_args!("`{host}` has no key `{typed}`"), "", help))
}

pub(super) fn keyless(host: &str, known: &[&str]) -> String {
    message(format_args!("`{host}` takes what to do first"), "", format_args!("it has {}", list(known)))
}

pub(super) fn misfit(key: &Key) -> String {
    let takes: Vec<&str> = key.forms.iter().map(Form::takes).collect();
    let takes = match takes.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => takes.concat(),
    };
    message(format_args!("`{}` takes {takes}", key.name), "", write(key.example))
}

pub(super) fn misfit_edit(edit: &Edit) -> String {
    let takes = match edit.takes {
        Takes::Pair(..) => "a name and a value",
        Takes::Names(_) => "names",
        Takes::Nothing => "nothing behind it",
        Takes::Keys(_) => "keys in parentheses",
    };
    message(format_args!("`{}` takes {takes}", edit.name), "", write(edit.example))
}

/// `write `..``, for an example that may already hold the words between several.
pub(super) fn write(example: &str) -> String {
    format!("write {example}")
}
