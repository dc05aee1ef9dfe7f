//! The record of one middleware, as `#[middleware]` writes it.

use axum::extract::Request;
use axum::response::Response;

use super::layer::Layered;
use super::next::Next;
use crate::inject::{BoxFuture, Dependency, Resolver};
use crate::record::Origin;
use crate::reply::Error;

/// One middleware.
#[derive(Clone)]
pub struct MiddlewareRecord {
    /// The function's name.
    pub name: &'static str,
    /// Tells apart two of the same name.
    pub identity: fn() -> std::any::TypeId,
    /// What runs.
    pub run: Run,
    /// Written priority; nothing means [`USER`](super::USER), and that it settles no order by itself.
    pub priority: Option<i32>,
    /// Runs inside of these.
    pub after: &'static [fn() -> std::any::TypeId],
    /// Runs outside of these.
    pub before: &'static [fn() -> std::any::TypeId],
    /// Patterns of paths; empty means all.
    pub paths: &'static [&'static str],
    /// Patterns of paths that are left out.
    pub except: &'static [&'static str],
    /// Methods; empty means all.
    pub methods: &'static [&'static str],
    /// The condition under which it exists.
    pub when: Option<&'static str>,
    /// What its arguments ask of injection.
    pub dependencies: &'static [Dependency],
    /// Whether it is one of velithon's own, whose order is fixed by its band.
    pub built_in: bool,
    /// Where the attribute stands.
    pub origin: Origin,
}

/// A function around the rest of the chain, or a function that returns a `tower::Layer`.
#[derive(Clone, Copy)]
pub enum Run {
    /// Called for each request.
    Function(fn(Request, Next) -> BoxFuture<'static, Response>),
    /// Called for each request that passes by, which it answers neither before nor after.
    Observer(fn(Request, &Next) -> Request),
    /// Called once at start; what it returns wraps the rest of the chain.
    Layer(for<'r> fn(Resolver<'r>) -> BoxFuture<'r, Result<Layered, Error>>),
}

crate::record::inventory::collect!(MiddlewareRecord);
