//! `#[task]` and `Background` as a user meets them.

#![deny(warnings, missing_docs, unreachable_pub)]
#![forbid(unsafe_code)]

mod background;
mod running;
