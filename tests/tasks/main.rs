//! `#[task]` as a user meets it: in process, over the memory store.

#![deny(warnings, missing_docs, unreachable_pub)]
#![forbid(unsafe_code)]

mod running;
