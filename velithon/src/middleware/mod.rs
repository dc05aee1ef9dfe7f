//! Middleware: what runs around handlers, and in which order.
//!
//! A record says for which requests a middleware runs and between whom it stands; `order` solves the order once,
//! `chain` takes a request through the links that were computed for its target.
#![doc = include_str!("../docs/middleware.md")]

pub mod band;
pub(crate) mod builtin;
pub(crate) mod chain;
mod entry;
mod layer;
mod next;
pub(crate) mod order;
mod ordered;
mod record;

pub use axum::extract::Request;
pub use band::*;
pub use builtin::access_log::access_log;
pub use builtin::http_metrics::http_metrics;
pub use builtin::request_id::{RequestId, request_id};
pub use entry::{Entry, HeadExtractor, around};
pub use layer::{IntoLayered, Layered, Rest};
pub use next::Next;
pub use ordered::{Ordered, may_enclose};
pub use record::{MiddlewareRecord, Run};
