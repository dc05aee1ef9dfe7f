//! Tests of an application from the outside, in process: no port, no second server, fakes by type.
//!
//! `#[velithon::test]` gives a [`TestApp`]; its [`start`](TestApp::start) plans and builds the application as `serve` does
//! and returns a [`TestClient`], whose requests go through the dispatcher, middleware included. A [`TestReply`] is
//! complete: status, headers, body.
//!
//! What a socket does is not here: limits of connections, timeouts of heads, TLS. Those are tested against a real server.
#![doc = include_str!("../docs/testing.md")]

mod app;
mod client;
mod reply;
mod run;

pub use app::TestApp;
pub use client::{TestClient, TestRequest};
pub use reply::TestReply;
#[doc(hidden)]
pub use run::test;
