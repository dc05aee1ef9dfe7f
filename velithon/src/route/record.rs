//! The record of one route, as `#[get]` and its kin write it.

use std::any::TypeId;
use std::borrow::Cow;

use axum::response::Response;

use super::call::Call;
use super::rejected::Rejected;
use crate::inject::{BoxFuture, Dependency};
use crate::record::Origin;

/// Gives one handler its arguments and begins it, or says what it has to wait for.
pub type Endpoint = fn(&mut Call) -> Result<BoxFuture<'static, Response>, Rejected>;

/// One method and path, or several methods, served by one handler.
#[derive(Clone)]
pub struct RouteRecord {
    /// Upper case, as on the wire.
    pub methods: &'static [&'static str],
    /// The whole template, prefixes of `#[routes]` included.
    pub path: Cow<'static, str>,
    /// The handler as it is called in source: `show`, `Orders::show`.
    pub handler: &'static str,
    /// The wrapper.
    pub call: Endpoint,
    /// What the arguments ask of injection.
    pub dependencies: &'static [Dependency],
    /// What else the attribute says.
    pub options: RouteOptions,
    /// Where the attribute stands.
    pub origin: Origin,
}

/// The keys of a route attribute, each with what holds when it is not written.
#[derive(Clone, Copy)]
pub struct RouteOptions {
    /// Replaces the status of a reply that says 200; 0 leaves it.
    pub status: u16,
    /// The conditions under which the route exists; all must hold.
    pub when: &'static [&'static str],
    /// Serves only requests whose `Accept` allows this media type (RFC 9110, section 12.5.1).
    pub accept: Option<&'static str>,
    /// Serves only requests that carry this field with this value.
    pub header: Option<(&'static str, &'static str)>,
    /// Largest buffered body in bytes; nothing means the server's limit.
    pub body_limit: Option<u64>,
    /// A capture that does not parse means that there is no such resource: 404 instead of 400.
    pub path_mismatch_not_found: bool,
    /// Middleware that runs for this route, though its path and methods do not say so; each by its identity.
    pub middleware: &'static [fn() -> TypeId],
    /// Middleware that does not run for this route.
    pub skip: &'static [fn() -> TypeId],
    /// Groups of the OpenAPI document.
    pub tags: &'static [&'static str],
    /// The first paragraph of the doc comment.
    pub summary: &'static str,
    /// The rest of it.
    pub description: &'static str,
    /// Whether `#[deprecated]` stands on the handler.
    pub deprecated: bool,
    /// Whether an extractor reads axum's own path parameters, which only axum's router supplies.
    pub axum_path: bool,
    /// Whether an extractor that velithon does not know may ask for the application.
    pub foreign: bool,
    /// Whether the attribute was read by a `#[routes]` module, and so carries its prefix.
    pub grouped: bool,
}

impl RouteOptions {
    /// A route about which nothing else is said.
    pub const NONE: Self = Self {
        status: 0,
        when: &[],
        accept: None,
        header: None,
        body_limit: None,
        path_mismatch_not_found: false,
        middleware: &[],
        skip: &[],
        tags: &[],
        summary: "",
        description: "",
        deprecated: false,
        axum_path: false,
        foreign: false,
        grouped: false,
    };
}

/// A `#[routes]` module: a route inside it without the mark of the group missed its prefix.
#[derive(Debug, Clone, Copy)]
pub struct GroupRecord {
    /// `module_path!()` inside the module.
    pub module: &'static str,
    /// The prefix, outer ones included.
    pub prefix: &'static str,
    /// Where the attribute stands.
    pub origin: Origin,
}

crate::record::inventory::collect!(RouteRecord);
crate::record::inventory::collect!(GroupRecord);
