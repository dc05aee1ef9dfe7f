//! What stands above every capability: it plans the application, builds it, serves it, and ends it.

mod assemble;
mod builder;
mod builtin;
mod ended;
mod entry;
mod failure;
mod freeze;
#[cfg(feature = "gateway")]
mod gateways;
mod launch;
mod log;
mod mount;
mod output;
mod plan;
#[cfg(feature = "gateway")]
mod reload;
mod report;
mod resource;
mod sections;
mod serve;
pub mod server;
mod service;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod trial;

pub(crate) use assemble::Assembled;
pub use builder::App;
#[doc(hidden)]
pub use ended::{Ended, ended};
#[doc(hidden)]
pub use entry::{app, main};
pub use failure::Failure;
pub(crate) use log::{Levels, filter as log_filter};
pub use plan::Root;
pub use resource::Resource;
pub use service::Service;
