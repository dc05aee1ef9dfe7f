//! What is counted about every request, with its series found without a lock or a look-up by name.
//!
//! The table has a row for each target of the application, and a row has [`Places`] for the few combinations of method,
//! status and error that the target really has.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};

use super::facade::Metrics;
use super::places::Places;
use super::registry::{Description, Family, Kind, Series};

/// Upper bounds in bytes of the sizes of bodies: powers of 4 from 256 B to 1 GiB.
const BYTES: &[f64] = &[
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262144.0,
    1048576.0,
    4194304.0,
    16777216.0,
    67108864.0,
    268435456.0,
    1073741824.0,
];

const DURATION: Description = Description::seconds(
    "http_server_request_duration_seconds",
    "Time from a request's head to the last byte of its reply.",
);

const ACTIVE: Description = Description::level("http_server_active_requests", "Requests whose reply has not ended.");

const RECEIVED: Description = Description {
    name: "http_server_request_body_size_bytes",
    help: "Bytes of request bodies that were read.",
    kind: Kind::Histogram(BYTES),
};

const SENT: Description = Description {
    name: "http_server_response_body_size_bytes",
    help: "Bytes of reply bodies that were sent.",
    kind: Kind::Histogram(BYTES),
};

/// The methods that have a label of their own; the rest is [`OTHER`], since a client may make methods up.
const METHODS: [&str; 9] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE"];
const OTHER: &str = "_OTHER";

/// How many combinations of method, status and error a target keeps at hand.
const PLACES: usize = 12;

/// The metrics of requests.
pub(crate) struct Requests {
    duration: Arc<Family>,
    received: Arc<Family>,
    sent: Arc<Family>,
    /// One for each method, and one for the others.
    active: Box<[Arc<Series>]>,
    targets: Box<[Row]>,
}

struct Row {
    route: Arc<str>,
    places: Places<Combination, Three, PLACES>,
}

struct Combination {
    method: usize,
    status: u16,
    error: Box<str>,
}

/// The series of one combination of labels.
struct Three {
    duration: Arc<Series>,
    received: Arc<Series>,
    sent: Arc<Series>,
}

/// How a request ended, as far as it is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measures<'a> {
    /// Nothing when the client left before there was one.
    pub(crate) status: Option<StatusCode>,
    /// The title of a problem or the class of an error; empty for none.
    pub(crate) error: &'a str,
    pub(crate) took: Duration,
    pub(crate) received: u64,
    pub(crate) sent: u64,
}

/// A request that has begun and not ended.
pub(crate) struct Begun {
    requests: Arc<Requests>,
    target: usize,
    method: usize,
}

impl Requests {
    /// The table for targets with these templates; an empty one is that of paths without a route.
    pub(crate) fn new(metrics: &Metrics, routes: impl IntoIterator<Item = Arc<str>>) -> Self {
        let active = metrics.declare(&ACTIVE);
        let methods = METHODS.iter().copied().chain([OTHER]);
        let active = methods.map(|method| active.series(&[("http_request_method", method), ("url_scheme", SCHEME)]));
        let row = |route| Row { route, places: Places::default() };
        Self {
            duration: metrics.declare(&DURATION),
            received: metrics.declare(&RECEIVED),
            sent: metrics.declare(&SENT),
            active: active.collect(),
            targets: routes.into_iter().map(row).collect(),
        }
    }

    /// Counts a request as begun.
    #[inline]
    pub(crate) fn begin(self: &Arc<Self>, target: usize, method: &Method) -> Begun {
        let method = METHODS.iter().position(|known| *known == method.as_str()).unwrap_or(METHODS.len());
        self.active[method].value.shift(1);
        Begun { requests: Arc::clone(self), target, method }
    }

    #[inline]
    fn record(&self, target: usize, method: usize, measures: &Measures<'_>) {
        let status = measures.status.map_or(0, |status| status.as_u16());
        let Some(row) = self.targets.get(target) else { return };
        let look_up = || self.look_up(&row.route, method, status, measures.error);
        let is = |one: &Combination| (one.method, one.status, &*one.error) == (method, status, measures.error);
        let made = || (Combination { method, status, error: measures.error.into() }, look_up());
        match row.places.get(is, made) {
            Some(series) => series.record(measures),
            None => look_up().record(measures),
        }
    }

    #[cold]
    fn look_up(&self, route: &str, method: usize, status: u16, error: &str) -> Three {
        let status = if status == 0 { String::new() } else { status.to_string() };
        let error = super::guard::value(error.into());
        let labels = [
            ("error_type", &*error),
            ("http_request_method", METHODS.get(method).copied().unwrap_or(OTHER)),
            ("http_response_status_code", &status),
            ("http_route", route),
            ("url_scheme", SCHEME),
        ];
        Three {
            duration: self.duration.series(&labels),
            received: self.received.series(&labels),
            sent: self.sent.series(&labels),
        }
    }
}

/// The server speaks no TLS, and what a request claims about itself is no measure.
const SCHEME: &str = "http";

impl Three {
    #[inline]
    fn record(&self, measures: &Measures<'_>) {
        self.duration.value.observe(measures.took.as_secs_f64());
        self.received.value.observe(measures.received as f64);
        self.sent.value.observe(measures.sent as f64);
    }
}

impl Begun {
    /// Counts the request as ended.
    #[inline]
    pub(crate) fn end(&self, measures: &Measures<'_>) {
        self.requests.active[self.method].value.shift(-1);
        self.requests.record(self.target, self.method, measures);
    }
}
