//! The reverse proxy inside the service's own process: upstreams, and routes that lead to them.

mod attempt;
mod balance;
pub mod custom;
mod ending;
mod error;
mod exchange;
mod forward;
mod node;
mod outcome;
mod policy;
mod pool;
mod proxy;
mod random;
mod record;
mod route;
pub(crate) mod settings;
mod target;
mod time;
mod timer;
mod upstream;

pub use custom::{Balance, Discover, HealthCheck, TargetInfo, Targets, Transform};
pub use error::GatewayError;
pub use outcome::{Outcome, Phase};
pub(crate) use proxy::proxy;
pub use record::{
    Attribute, AttributeValue, EditJson, GatewayHooks, GatewayRecord, Make, Shape, UpstreamHooks, UpstreamKey,
    UpstreamRecord, UpstreamType,
};
pub(crate) use route::{GatewayRoute, Site, templates};
pub(crate) use settings::{Configured, ConfiguredGateway, ConfiguredUpstream, GatewaySettings};
pub use target::{Scheme, TargetError, TargetSpec};
pub(crate) use upstream::Hub;
