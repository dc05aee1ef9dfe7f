//! The reverse proxy inside the service's own process: upstreams, and routes that lead to them.

mod balance;
mod outcome;
mod policy;
mod random;
mod target;
mod time;

pub use outcome::{Outcome, Phase};
pub use target::{Scheme, TargetError, TargetSpec};
