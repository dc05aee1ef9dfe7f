//! JSON text in and out, as fast as sonic-rs and with the results of serde_json.
//!
//! [`from_slice`] measures the depth, lets sonic-rs read, and only when that fails asks serde_json why and where.
//! [`to_bytes`] writes into a buffer that the thread keeps. A differential test holds both against serde_json.
//!
//! It knows nothing of requests and replies: [`reply::Json`](crate::reply::Json) turns a [`Refusal`] into a problem.
//!
#![doc = include_str!("../docs/json.md")]

mod decode;
mod encode;
mod explain;
mod pointer;
#[cfg(any(not(debug_assertions), test))]
mod quick;
mod scan;

#[cfg(test)]
mod differential;

pub use decode::from_slice;
pub use encode::{__private, Buffer, EncodeError, JsonKey, ToJson, encode, to_bytes};
pub(crate) use encode::{serialized, written, written_whole};
pub use explain::Refusal;
pub(crate) use pointer::push_token;
pub use scan::MAX_DEPTH;
pub use velithon_macros::ToJson;
