//! velithon's own middleware: one file each, off until `main` or the configuration names it.
//!
//! Each has a record made by hand, which the plan takes like any other, and an empty enum of its name, so that
//! `#[middleware(after = access_log)]` and `skip = [access_log]` can name it.

pub(crate) mod access_log;
pub(crate) mod http_metrics;
pub(crate) mod request_id;
#[cfg(test)]
mod tests;

use super::{MiddlewareRecord, Run};

/// The names of all of them: a route may skip one that this configuration has switched off.
pub(crate) const NAMES: [&str; 3] = ["access_log", "http_metrics", "request_id"];

/// A record for every path and method.
const fn record(name: &'static str, priority: i32, identity: fn() -> std::any::TypeId, run: Run) -> MiddlewareRecord {
    MiddlewareRecord {
        name,
        identity,
        run,
        priority: Some(priority),
        after: &[],
        before: &[],
        paths: &[],
        except: &[],
        methods: &[],
        when: None,
        dependencies: &[],
        built_in: true,
        origin: crate::__origin!(),
    }
}
