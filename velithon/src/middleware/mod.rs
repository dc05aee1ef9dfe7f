//! Middleware: what runs around handlers, and in which order.
//!
//! A record says for which requests a middleware runs and between whom it stands; [`order`] solves the order once,
//! [`chain`] takes a request through the links that were computed for its target.

pub mod band;
pub(crate) mod chain;
mod layer;
mod next;
pub(crate) mod order;
mod record;

pub use band::*;
pub use layer::{Layered, Rest};
pub use next::Next;
pub use record::{MiddlewareRecord, Run};
