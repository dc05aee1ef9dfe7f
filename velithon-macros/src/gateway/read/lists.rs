//! Values that are lists, and numbers with bounds.

use proc_macro2::{Ident, Span};
use syn::LitStr;

use super::super::schema::Key;
use super::super::settings::Data;
use super::super::syntax::Value;
use super::super::text::Check;
use super::Found;
use super::told::misfit;
use crate::faults::{Faults, message};

pub(super) fn whole(key: &Key, number: i64, least: i64, most: i64, span: Span) -> syn::Result<i64> {
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    let bounds =
        if most == i64::from(u32::MAX) { format!("at least {least}") } else { format!("from {least} to {most}") };
    let what = format!("`{}` cannot be {number}", key.name);
    Err(syn::Error::new(span, message(what, "", format_args!("write a whole number, {bounds}"))))
}

pub(super) fn texts(key: &Key, check: Check, values: &[Value], faults: &mut Faults) -> Found {
    let text = |value: &Value| match value {
        Value::Text(text) => faults.keep(check(text)).map(|()| Data::Text(text.clone())),
        other => {
            faults.push(other.span(), misfit(key));
            None
        }
    };
    Found::Value(Data::List(values.iter().filter_map(text).collect()))
}

pub(super) fn methods(values: &[Value], faults: &mut Faults) -> Found {
    let method = |value: &Value| {
        let name = match value {
            Value::Name(path) => path.get_ident().map(Ident::to_string).unwrap_or_default(),
            Value::Text(text) => text.value(),
            _ => String::new(),
        };
        let literal = LitStr::new(&name, value.span());
        faults.keep(crate::route::check::method(&literal)).map(|()| Data::Text(literal))
    };
    Found::Value(Data::List(values.iter().filter_map(method).collect()))
}

pub(super) fn wholes(key: &Key, values: &[Value], least: i64, most: i64, faults: &mut Faults) -> Found {
    let number = |value: &Value| match value {
        Value::Integer(number, span) => faults.keep(whole(key, *number, least, most, *span)).map(Data::Integer),
        other => {
            faults.push(other.span(), misfit(key));
            None
        }
    };
    Found::Value(Data::List(values.iter().filter_map(number).collect()))
}
