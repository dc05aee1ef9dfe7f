//! One server of an upstream.
mod spec;
pub use spec::{Scheme, TargetError, TargetSpec};
