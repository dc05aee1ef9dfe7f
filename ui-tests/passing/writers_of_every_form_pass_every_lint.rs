//! What `ToJson` generates passes the strictest lints, with names that could clash, and does what `Serialize` does.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, clippy::all, clippy::pedantic, unused_qualifications, single_use_lifetimes)]

use std::borrow::Cow;

use serde::Serialize;
use velithon::json::{ToJson, encode, to_bytes};

/// Fields named like what the generated code uses.
#[derive(Serialize, ToJson)]
struct Clashing<'a> {
    to: u8,
    written: bool,
    r#type: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    _field_to: Option<u8>,
}

/// Variants named like what the generated code uses.
#[derive(Serialize, ToJson)]
#[serde(rename_all = "snake_case")]
enum Ok<T> {
    Some(T),
    None,
    Self_ { to: u8 },
}

/// Nothing to write.
#[derive(Serialize, ToJson)]
enum Never {}

mod inner {
    /// A type that shadows the prelude.
    #[derive(super::Serialize, super::ToJson)]
    pub struct Vec {
        /// Whether it is one.
        pub text: bool,
    }
}

fn same<T: ToJson>(value: &T) {
    assert_eq!(encode(value).unwrap(), to_bytes(value).unwrap());
}

fn main() {
    same(&Clashing { to: 1, written: true, r#type: "a".into(), _field_to: Some(2) });
    same(&[Ok::Some(1), Ok::None, Ok::Self_ { to: 1 }]);
    same(&inner::Vec { text: true });
    same(&Option::<Never>::None);
}
