//! The reverse proxy inside the service's own process: upstreams, and routes that lead to them.
//!
#![doc = include_str!("../docs/gateway.md")]

mod access;
pub(crate) mod admin;
mod attempt;
mod balance;
mod builder;
mod check;
mod client;
pub mod custom;
mod discover;
mod drain;
mod ending;
mod error;
mod exchange;
mod extract;
mod forward;
mod forward_to;
mod guard;
mod here;
mod metrics;
mod node;
mod outcome;
mod passage;
mod policy;
mod pool;
mod probe;
mod proxy;
mod random;
mod record;
mod route;
pub(crate) mod settings;
mod target;
#[cfg(test)]
mod tests;
mod time;
mod timer;
mod trace;
mod upkeep;
mod upstream;

pub(crate) use access::Forwarded;
pub use builder::{Gateway, GatewayBuilder, Upstream, UpstreamBuilder};
pub(crate) use client::Slot;
pub use client::{Call, Client};
pub use custom::{Balance, Discover, HealthCheck, TargetInfo, Targets, Transform};
pub use error::GatewayError;
pub use extract::Forward;
pub use forward_to::{Destination, forward_to};
pub(crate) use here::Here;
pub(crate) use metrics::Measures;
pub use outcome::{Outcome, Phase};
pub(crate) use proxy::proxy;
pub use record::{
    Attribute, AttributeValue, EditJson, GatewayHooks, GatewayRecord, Make, Shape, UpstreamHooks, UpstreamKey,
    UpstreamRecord, UpstreamType,
};
pub(crate) use route::{GatewayRoute, Site, settings_faults, templates};
pub(crate) use settings::{Configured, ConfiguredGateway, ConfiguredUpstream, GatewaySettings};
pub use target::{Scheme, TargetError, TargetSpec};
pub(crate) use upkeep::Upkeep;
pub(crate) use upstream::Hub;
