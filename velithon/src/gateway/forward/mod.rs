//! What is changed of a message on its way through, and how its body passes.

mod edit;
mod expect;
#[cfg(test)]
mod fields;
mod forwarded;
mod grpc;
mod head;
mod hop;
mod outgoing;
mod path;
mod progress;
mod received;
mod replay;
mod response;
mod rest;
mod survey;
mod trailers;
mod upgrade;

pub(crate) use edit::{EditList, is_framing, remove_query, set_path, set_query};
pub(crate) use expect::{Gate, PATIENCE};
pub(crate) use grpc::{call, is_grpc};
pub(crate) use head::{Client, Heading, Snapshot, prepare};
pub(crate) use outgoing::{Load, Outgoing};
pub(crate) use path::PathRule;
pub(crate) use progress::Progress;
pub(crate) use received::{BodyLimits, Borrowed, Received};
pub(crate) use response::accept;
pub(crate) use rest::discard;
pub(crate) use upgrade::{Upgrade, ask_upgrade, tunnel};
