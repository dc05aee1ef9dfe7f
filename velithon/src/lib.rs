//! Annotated functions become a checked, running HTTP service.
//!
//! You write functions and types, and an attribute says what each one is for. velithon gathers them, checks that they fit
//! together, and serves them: routes, injected dependencies, ordered middleware, configuration, metrics. What is wrong with the
//! wiring is a compile error where the compiler can see it, and otherwise a list with file and line before the port is bound.
//! Underneath are axum's extractors, bodies and responses: what works in axum works here.
//!
//! # A whole service
//!
//! `Cargo.toml` names `velithon`, and `serde` with its feature `derive`.
//!
//! ```no_run
//! use serde::Serialize;
//! use velithon::prelude::*;
//!
//! #[derive(Serialize)]
//! struct Greeting { text: String }
//!
//! #[inject]                                   // built once, shared by all
//! struct Greeter { #[inject(value = "hello".to_owned())] word: String }
//!
//! /// Greets whoever is named.
//! #[get("/hello/{name}")]
//! async fn hello(name: String, #[query(default = 1)] times: u8, greeter: Inject<Greeter>) -> Json<Greeting> {
//!     Json(Greeting { text: format!("{} {name} ", greeter.word).repeat(times.into()) })
//! }
//!
//! #[velithon::main]
//! async fn main(app: App) -> velithon::Result<()> {
//!     app.run().await
//! }
//! ```
//!
//! `cargo run` serves it on `http://127.0.0.1:8000`. The program is its own tool, too: `cargo run -- check` checks everything
//! and binds nothing, `routes -v` lists routes with their middleware, `graph` what is provided and who needs it, `config` every
//! key with its value and source, and `--help` explains them.
//!
//! # The attributes
//!
//! | attribute | makes | guide |
//! |---|---|---|
//! | [`#[get]`](macro@get), [`post`](macro@post), [`put`](macro@put), [`patch`](macro@patch), [`delete`](macro@delete), [`head`](macro@head), [`options`](macro@options), [`route`](macro@route) | a function a route | [routes](mod@route) |
//! | [`#[routes]`](macro@routes), [`#[controller]`](macro@controller), [`#[resource]`](macro@resource) | a module, or the methods of a type, a group of routes | [routes](mod@route) |
//! | [`#[derive(Problem)]`](macro@reply::Problem) | an error type a reply | [errors](reply) |
//! | [`#[inject]`](macro@inject) | a value a dependency | [injection](mod@inject) |
//! | [`#[middleware]`](macro@middleware) | a function or layer run around handlers | [middleware](mod@middleware) |
//! | [`#[config]`](macro@config) | a struct hold a section of velithon.toml | [configuration](mod@config) |
//! | [`#[velithon::main]`](macro@main) | a program of it | [`App`] |
//! | [`#[velithon::test]`](macro@test) | a test with an application of its own | [testing](mod@testing) |
//!
//! # The modules, in the order a request meets them
//!
//! - [`prelude`]: what a service names every day, for `use velithon::prelude::*;`.
//! - [`config`](mod@config): read before anything else; file, profile, environment and command line become typed sections.
//! - [`app`]: the application that `main` adds to. It plans, builds the providers, serves ([`app::server`]: sockets, connections,
//!   limits, the graceful end) and ends.
//! - [`route`](mod@route): paths, and how a request finds its handler and the handler its arguments.
//! - [`middleware`](mod@middleware): what runs around handlers, and in which order.
//! - [`inject`](mod@inject): the values that handlers, middleware and other providers ask for.
//! - [`json`]: JSON in and out; [`Json`] is its form as argument and reply.
//! - [`reply`]: how a value becomes a response, and how every error becomes a problem document.
//! - [`metrics`]: what is counted and measured, and the page that scrapers read.
//! - [`testing`]: all of it in process, with values replaced by type.
//!
//! [`performance`] says what all of this costs, beside other frameworks, and how to measure it.
//!
//! [`record`] and [`fault`] are what the attributes write and what is reported; a service names neither.
//!
//! # When something is wrong
//!
//! The macro checks one item, the compiler one crate, the plan the whole program; each reports everything it finds. A program
//! whose plan is wrong prints each fault with its place, the reason and a `help:`, binds nothing, builds nothing, and exits with 2.

// The macros name this crate as `::velithon`, inside it too.
extern crate self as velithon;

pub mod app;
pub mod config;
mod cpu;
pub mod fault;
#[cfg(feature = "gateway")]
pub mod gateway;
pub mod inject;
pub mod json;
#[cfg(test)]
mod layering;
pub mod metrics;
pub mod middleware;
mod peer;
pub mod prelude;
pub mod record;
pub mod reply;
pub mod route;
pub mod testing;

#[doc = include_str!("docs/performance.md")]
pub mod performance {}

pub use app::{App, Failure, Resource};
pub use config::{Config, Secret, Section};
pub use inject::{All, Factory, Finish, Inject, Lazy, Outcome};
pub use json::ToJson;
pub use middleware::Next;
pub use reply::{Error, Json, JsonBatch, JsonStream, Preencoded, Problem, Reply, Result, Valid};

pub use velithon_macros::{
    config, controller, delete, get, head, inject, main, middleware, options, patch, post, put, resource, route,
    routes, test,
};

#[cfg(feature = "gateway")]
pub use velithon_macros::{gateway, upstream};

pub use async_trait::async_trait;
/// The types of requests and replies: methods, status codes, header names and values.
pub use http;
/// An allocator that suits many small allocations on several threads, with the feature `mimalloc`.
///
/// The binary chooses its allocator, so velithon sets none: features of all crates in a build are added up, and one
/// crate's wish would be everybody's.
///
/// ```
/// #[global_allocator]
/// static ALLOCATOR: velithon::MiMalloc = velithon::MiMalloc;
/// # fn main() {}
/// ```
#[cfg(feature = "mimalloc")]
pub use mimalloc::MiMalloc;

/// What the expansions of `#[velithon::main]` and `#[velithon::test]` call.
#[doc(hidden)]
pub mod __private {
    pub use crate::app::{Root, app, ended, main};
    pub use crate::testing::test;
}
