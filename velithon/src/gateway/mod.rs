//! The reverse proxy inside the service's own process: upstreams, and routes that lead to them.

pub mod custom;
mod outcome;
mod record;

pub use custom::{Balance, Discover, HealthCheck, TargetInfo, Targets, Transform};
pub use outcome::Outcome;
pub use record::{
    Attribute, AttributeValue, EditJson, GatewayHooks, GatewayRecord, Make, Shape, Upstream, UpstreamHooks,
    UpstreamKey, UpstreamRecord,
};
