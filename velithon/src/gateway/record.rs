//! The records of upstreams and gateways, as `#[upstream]` and `#[gateway]` write them.
//!
//! What can be written as text is the lowest layer of the configuration (`[upstream.payments]`, `[gateway.pay_route]`):
//! `velithon.toml`, the environment and the command line are laid upon it key by key, and one reader knows the keys
//! (`settings`). What cannot, functions and types, stands in the hooks.

use std::fmt;
use std::sync::Arc;

use super::custom::{Balance, Discover, HealthCheck, Transform};
use super::outcome::Outcome;
use crate::inject::{BoxFuture, Dependency, Key, Resolver};
use crate::record::{Origin, inventory};
use crate::reply::{Error, Result};
use crate::route::{Endpoint, RouteOptions};

/// A type that stands for an upstream: `#[upstream(..)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no upstream",
    label = "not marked `#[upstream(..)]`",
    note = "add `#[upstream(targets = [\"http://10.0.0.1:8080\"])]` above a unit struct, and name that struct here"
)]
pub trait UpstreamType: Send + Sync + 'static {
    /// The name of its section: `payments` for `[upstream.payments]`.
    const NAME: &'static str;

    /// What its state is found by.
    fn key() -> &'static UpstreamKey;
}

/// What the state of an upstream is found by: a static beside each `#[upstream]`, numbered once for the process.
#[derive(Debug)]
pub struct UpstreamKey {
    section: Key,
    client: Key,
}

impl UpstreamKey {
    /// A key for the section `[upstream.name]`; `client` is what `Inject<Client<_>>` is called in messages.
    pub const fn new(name: &'static str, client: &'static str) -> Self {
        Self { section: Key::new(name), client: Key::new(client) }
    }

    /// The name of the section.
    pub const fn name(&self) -> &'static str {
        self.section.name()
    }

    /// The place in the table of upstreams of every application; `u32::MAX` for one of no record.
    #[inline]
    pub fn index(&self) -> usize {
        self.section.index()
    }

    pub(crate) fn number(&self, index: u32) {
        self.section.number(index);
    }

    /// What the upstream's client is injected by.
    pub const fn client(&self) -> &Key {
        &self.client
    }
}

/// One key of an attribute, with its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attribute {
    /// As in `velithon.toml`; the name of a header where names of headers are keys.
    pub key: &'static str,
    /// What it is set to.
    pub value: AttributeValue,
    /// The line of the key, from 1, in the file of the record.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
}

/// What a key of an attribute is set to.
///
/// A bare word (`strip_prefix`) is `Bool(true)`, parentheses (`timeout(connect = "2s")`) are a table. Edits, whose order
/// counts, are a list of tables with one key each: `request(set("a", "b"), remove("c"))` is
/// `[{ set = { a = "b" } }, { remove = ["c"] }]`. Upstreams that are keys (`split(PaymentsV2 = "5%")`) are written as
/// `<PaymentsV2 as UpstreamType>::NAME`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AttributeValue {
    /// `"30s"`; numbers with units, percentages and addresses are text as well.
    Text(&'static str),
    /// `2`
    Integer(i64),
    /// `0.5`
    Float(f64),
    /// `true`, or a bare word.
    Bool(bool),
    /// `[GET, POST]`
    List(&'static [AttributeValue]),
    /// `timeout(connect = "2s")`
    Table(&'static [Attribute]),
}

/// One `#[upstream]`.
#[derive(Clone)]
pub struct UpstreamRecord {
    /// The key of the type, which also says the section's name.
    pub key: fn() -> &'static UpstreamKey,
    /// The type as written.
    pub type_name: &'static str,
    /// The keys of the attribute, in written order.
    pub attributes: &'static [Attribute],
    /// What is no text.
    pub hooks: UpstreamHooks,
    /// What the hooks ask of injection.
    pub dependencies: &'static [Dependency],
    /// Where the attribute stands.
    pub origin: Origin,
}

/// Makes a hook, once at start: a type out of the container, or a function as it is.
pub type Make<T> = for<'r> fn(Resolver<'r>) -> BoxFuture<'r, Result<Arc<T>, Error>>;

/// Edits a JSON document in place.
///
/// # Errors
/// What the function says becomes the reply.
pub type EditJson = fn(&mut serde_json::Value) -> Result<()>;

/// The keys of `#[upstream]` that are functions or types.
#[derive(Clone, Copy)]
pub struct UpstreamHooks {
    /// `balance = ByTenant`
    pub balance: Option<Make<dyn Balance>>,
    /// `health = check_ledger`
    pub health: Option<Make<dyn HealthCheck>>,
    /// `discover = Consul`
    pub discover: Option<Make<dyn Discover>>,
    /// `retry_if = refused_politely`: whether an ending may be tried again, beside the ones that always may.
    pub retry_if: Option<fn(&Outcome) -> bool>,
}

impl UpstreamHooks {
    /// An upstream whose attribute is text throughout.
    pub const NONE: Self = Self { balance: None, health: None, discover: None, retry_if: None };
}

impl fmt::Debug for UpstreamHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpstreamHooks").finish_non_exhaustive()
    }
}

impl fmt::Debug for GatewayHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayHooks").finish_non_exhaustive()
    }
}

impl fmt::Debug for UpstreamRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.type_name, self.origin)
    }
}

impl fmt::Debug for GatewayRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.item, self.origin)
    }
}

/// Which requests a gateway takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The path and everything below it: a struct's.
    Prefix,
    /// What fits the template, and nothing else: a function's.
    Template,
}

/// One `#[gateway]`.
#[derive(Clone)]
pub struct GatewayRecord {
    /// The name of its section: `pay_route` for `[gateway.pay_route]`.
    pub key: &'static str,
    /// The struct or function as written.
    pub item: &'static str,
    /// The prefix or template.
    pub path: &'static str,
    /// Which of the two it is.
    pub shape: Shape,
    /// Where requests go, unless `split` says otherwise.
    pub upstream: fn() -> &'static UpstreamKey,
    /// The keys of the attribute that are the gateway's own, in written order; `path` and `upstream` are not among them.
    pub attributes: &'static [Attribute],
    /// What is no text.
    pub hooks: GatewayHooks,
    /// The function's wrapper; nothing for a struct.
    pub call: Option<Endpoint>,
    /// What the arguments and hooks ask of injection.
    pub dependencies: &'static [Dependency],
    /// What a gateway shares with every route: middleware, tags, conditions. `body_limit` is an attribute instead.
    pub options: RouteOptions,
    /// Where the attribute stands.
    pub origin: Origin,
}

/// The keys of `#[gateway]` that are functions or types.
#[derive(Clone, Copy)]
pub struct GatewayHooks {
    /// `transform = Redact`
    pub transform: Option<Make<dyn Transform>>,
    /// `body_json(with = f)`: edits the body of a request.
    pub request_body: Option<EditJson>,
    /// `response(body_json(with = f))`: edits the body of a reply.
    pub response_body: Option<EditJson>,
}

impl GatewayHooks {
    /// A gateway whose attribute is text throughout.
    pub const NONE: Self = Self { transform: None, request_body: None, response_body: None };
}

inventory::collect!(UpstreamRecord);
inventory::collect!(GatewayRecord);
