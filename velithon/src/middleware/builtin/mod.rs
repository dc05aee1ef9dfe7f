//! velithon's own middleware: one file each, off until `main` or the configuration names it.
//!
//! Each has a record made by hand, which the plan takes like any other, and an empty enum of its name, so that
//! `after = access_log` and `skip = [access_log]` can name it, once it is imported from [`middleware`](super).

pub(crate) mod access_log;
pub(crate) mod http_metrics;
pub(crate) mod request_id;
#[cfg(test)]
mod tests;

use super::{MiddlewareRecord, Run};

/// All of them, and what switches each on in `main`.
pub(crate) const ALL: [(MiddlewareRecord, &str); 3] = [
    (access_log::RECORD, "app.access_log()"),
    (http_metrics::RECORD, "app.metrics(\"/metrics\")"),
    (request_id::RECORD, "app.request_id()"),
];

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
