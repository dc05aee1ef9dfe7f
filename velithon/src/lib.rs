//! velithon: annotated functions become a checked, running service.

// The macros name this crate as `::velithon`, inside it too.
extern crate self as velithon;

pub mod app;
pub mod config;
pub mod fault;
pub mod inject;
pub mod json;
pub mod metrics;
pub mod middleware;
pub mod prelude;
pub mod record;
pub mod reply;
pub mod route;
pub mod testing;

pub use app::{App, Failure, Resource};
pub use config::{Config, Secret, Section};
pub use inject::{All, Factory, Finish, Inject, Lazy, Outcome};
pub use middleware::Next;
pub use reply::{Error, Json, Problem, Reply, Result, Valid};

pub use velithon_macros::{
    config, controller, delete, get, head, inject, main, middleware, options, patch, post, put, resource, route,
    routes, test,
};

pub use async_trait::async_trait;
/// The types of requests and replies: methods, status codes, header names and values.
pub use http;

/// What the expansions of `#[velithon::main]` and `#[velithon::test]` call.
#[doc(hidden)]
pub mod __private {
    pub use crate::app::{Root, app, ended, main};
    pub use crate::testing::test;
}
