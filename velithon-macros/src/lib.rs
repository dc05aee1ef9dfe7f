//! The attribute macros of velithon: each looks at one item, checks it and writes one constant record about it.
//!
//! Every macro has its own folder: `parse.rs` (tokens to a typed value with spans), `check.rs` (a small function per
//! rule), `emit.rs` (the value to tokens, no decisions left), `tests.rs` (expansions pinned as text).

mod faults;
mod grammar;
mod path;
mod pattern;
mod route;
mod signature;
mod text;
