//! What is counted about exchanges with upstreams, where metrics are mounted.
//!
//! Recorded once per exchange, after retries; a retry is counted when it is decided.

use std::sync::Arc;
use std::time::Duration;

use super::outcome::Outcome;
use crate::metrics::Metrics;
use crate::metrics::registry::{Description, Family, Kind, SECONDS};

const REQUESTS: Description = Description {
    name: "velithon_gateway_requests",
    help: "Exchanges with upstreams, by the status or the reason of their end.",
    kind: Kind::Counter,
};

const DURATION: Description = Description {
    name: "velithon_gateway_duration_seconds",
    help: "Time from a request's way to its upstream to the last byte of the reply.",
    kind: Kind::Histogram(SECONDS),
};

const FIRST_BYTE: Description = Description {
    name: "velithon_gateway_first_byte_seconds",
    help: "Time from a request's way to its upstream to the head of the reply.",
    kind: Kind::Histogram(SECONDS),
};

const RETRIES: Description = Description {
    name: "velithon_gateway_retries",
    help: "Attempts after the first, by the reason of the one before.",
    kind: Kind::Counter,
};

/// The families of the gateway, kept so that no name is looked up.
pub(crate) struct Measures {
    requests: Arc<Family>,
    duration: Arc<Family>,
    first_byte: Arc<Family>,
    retries: Arc<Family>,
}

impl Measures {
    pub(crate) fn new(metrics: &Metrics) -> Arc<Self> {
        Arc::new(Self {
            requests: metrics.declare(&REQUESTS),
            duration: metrics.declare(&DURATION),
            first_byte: metrics.declare(&FIRST_BYTE),
            retries: metrics.declare(&RETRIES),
        })
    }

    /// Counts the end of an exchange; `target` is empty when none was asked.
    pub(crate) fn ended(&self, upstream: &str, target: &str, outcome: Outcome, took: Duration) {
        let code = match outcome {
            Outcome::Ok(status) => status.as_u16().to_string(),
            _ => String::new(),
        };
        self.refused(upstream, target, &code, outcome.reason());
        self.duration.series(&[("upstream", upstream)]).value.observe(took.as_secs_f64());
    }

    /// Counts an exchange that ended before it began, or the end of one.
    pub(crate) fn refused(&self, upstream: &str, target: &str, code: &str, reason: &str) {
        let labels = [("code", code), ("reason", reason), ("target", target), ("upstream", upstream)];
        self.requests.series(&labels).value.add(1);
    }

    /// Measures the time to a head.
    pub(crate) fn answered(&self, upstream: &str, took: Duration) {
        self.first_byte.series(&[("upstream", upstream)]).value.observe(took.as_secs_f64());
    }

    /// Counts another attempt.
    pub(crate) fn retried(&self, upstream: &str, outcome: Outcome) {
        let reason = if let Outcome::Ok(_) = outcome { "status" } else { outcome.reason() };
        self.retries.series(&[("reason", reason), ("upstream", upstream)]).value.add(1);
    }
}

impl std::fmt::Debug for Measures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Measures")
    }
}
