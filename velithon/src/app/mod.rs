//! What stands above every capability: it plans the application, builds it, serves it, and ends it.

mod app;
mod assemble;
mod ended;
mod entry;
mod failure;
mod freeze;
mod launch;
mod log;
mod output;
mod plan;
mod report;
mod resource;
mod sections;
mod serve;
pub mod server;
mod service;

pub use app::App;
pub(crate) use assemble::Assembled;
#[doc(hidden)]
pub use ended::{Ended, ended};
#[doc(hidden)]
pub use entry::{app, main};
pub use failure::Failure;
pub use plan::Root;
pub use resource::Resource;
pub use service::Service;
