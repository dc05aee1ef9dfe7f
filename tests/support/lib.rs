//! What the black-box tests share: fixture programs as processes, and a client that shows real bytes.
//!
//! A test names a binary of `tests/apps` ([`Program`]), runs it to its end ([`Ended`]) or until it listens
//! ([`Service`]), and talks to it over a socket of its own ([`Connection`]). Dropping a service kills its process.
//!
//! Nothing here sleeps: a test waits for a line of output, a byte on a socket or the end of a process, each for at most
//! [`PATIENCE`].

mod client;
mod ended;
#[path = "../gateway/mod.rs"]
pub mod gateway;
mod log;
mod postgres;
mod program;
mod reply;
mod scratch;
mod service;
pub mod store;

use std::time::Duration;

pub use client::Connection;
pub use ended::Ended;
pub use log::Log;
pub use postgres::Postgres;
pub use program::Program;
pub use reply::Reply;
pub use scratch::Scratch;
pub use service::Service;

/// How long anything is waited for before the test fails: far more than a loaded machine needs.
pub const PATIENCE: Duration = Duration::from_secs(60);
