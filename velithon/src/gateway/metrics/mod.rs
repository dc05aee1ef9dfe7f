//! What is told of upstreams where metrics are mounted.
//!
//! What happens to every request is counted as it happens, into series that an upstream ([`UpstreamSeries`]) and a target
//! ([`TargetSeries`]) keep at hand; once per exchange, after retries. What is rare has its numbers where it happens, and
//! what is a state is no number at all: both are read at a scrape ([`sample`]).

mod names;
mod sample;

use std::sync::Arc;
use std::time::Duration;

use names::{
    BYTES, DURATION, FIRST_BYTE, MIRROR_SKIPPED, MIRRORED, QUEUE_WAIT, REQUESTS, RETRIES, RETRIES_DENIED, REUSED, SHED,
    SPLIT,
};

use super::outcome::Outcome;
use super::policy::admission::Refused;
use super::target::Target;
use super::upstream::Hub;
use crate::metrics::registry::{Family, Series};
use crate::metrics::{Metrics, Places};

/// The families of the gateway, kept so that no name is looked up.
pub(crate) struct Measures {
    requests: Arc<Family>,
    duration: Arc<Family>,
    first_byte: Arc<Family>,
    queue_wait: Arc<Family>,
    bytes: Arc<Family>,
    reused: Arc<Family>,
    retries: Arc<Family>,
    denied: Arc<Family>,
    shed: Arc<Family>,
    mirrored: Arc<Family>,
    mirror_skipped: Arc<Family>,
    split: Arc<Family>,
}

/// How an exchange ended, as it is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) code: u16,
    /// Empty for a reply that came whole.
    pub(crate) reason: &'static str,
    pub(crate) took: Duration,
    /// Bytes of the request's body.
    pub(crate) sent: u64,
    /// Bytes of the reply's.
    pub(crate) received: u64,
}

impl Measures {
    /// Counts what happens at every upstream of `hub` from now on.
    pub(crate) fn begin(metrics: &Metrics, hub: &Arc<Hub>) {
        let measures = Arc::new(Self {
            requests: metrics.declare(&REQUESTS),
            duration: metrics.declare(&DURATION),
            first_byte: metrics.declare(&FIRST_BYTE),
            queue_wait: metrics.declare(&QUEUE_WAIT),
            bytes: metrics.declare(&BYTES),
            reused: metrics.declare(&REUSED),
            retries: metrics.declare(&RETRIES),
            denied: metrics.declare(&RETRIES_DENIED),
            shed: metrics.declare(&SHED),
            mirrored: metrics.declare(&MIRRORED),
            mirror_skipped: metrics.declare(&MIRROR_SKIPPED),
            split: metrics.declare(&SPLIT),
        });
        hub.measure(&measures);
        // Weak: a hook of an upstream may hold the metrics.
        let hub = Arc::downgrade(hub);
        metrics.sample_by(Box::new(move |samples| {
            if let Some(hub) = hub.upgrade() {
                sample::sample(&hub, samples);
            }
        }));
    }
}

/// The series of one upstream.
pub(crate) struct UpstreamSeries {
    measures: Arc<Measures>,
    name: Arc<str>,
    /// Whether each target is counted by itself.
    by_target: bool,
    duration: Arc<Series>,
    first_byte: Arc<Series>,
    sent: Arc<Series>,
    received: Arc<Series>,
}

/// How many combinations of status and reason a target keeps at hand.
const PLACES: usize = 8;

/// The series of one target.
pub(crate) struct TargetSeries {
    reused: Arc<Series>,
    ended: Places<(u16, &'static str), Arc<Series>, PLACES>,
}

impl UpstreamSeries {
    /// The series of an upstream of that name; without `by_target` its targets are no label, since they are made up as the
    /// program runs.
    pub(crate) fn new(measures: &Arc<Measures>, name: &Arc<str>, by_target: bool) -> Arc<Self> {
        let upstream = ("upstream", &**name);
        let bytes = |direction| measures.bytes.series(&[("direction", direction), upstream]);
        Arc::new(Self {
            duration: measures.duration.series(&[upstream]),
            first_byte: measures.first_byte.series(&[upstream]),
            sent: bytes("sent"),
            received: bytes("received"),
            measures: Arc::clone(measures),
            name: Arc::clone(name),
            by_target,
        })
    }

    /// Counts the end of an exchange, at its last target if it had one.
    #[inline]
    pub(crate) fn ended(&self, target: Option<&Target>, ended: &Ended) {
        self.count(target, ended.code, ended.reason);
        self.duration.value.observe(ended.took.as_secs_f64());
        if ended.sent > 0 {
            self.sent.value.add(ended.sent);
        }
        if ended.received > 0 {
            self.received.value.add(ended.received);
        }
    }

    /// Counts an exchange that ended before it began.
    #[cold]
    pub(crate) fn refused(&self, code: u16, reason: &'static str) {
        self.count(None, code, reason);
    }

    /// Measures the time to a head.
    #[inline]
    pub(crate) fn answered(&self, took: Duration) {
        self.first_byte.value.observe(took.as_secs_f64());
    }

    /// Counts an attempt that found a connection open.
    #[inline]
    pub(crate) fn reused(&self, target: &Target) {
        if self.by_target {
            self.at(target).reused.value.add(1);
        }
    }

    /// Counts another attempt.
    #[cold]
    pub(crate) fn retried(&self, before: Outcome) {
        let reason = if let Outcome::Ok(_) = before { "status" } else { before.reason() };
        self.measures.retries.series(&[("reason", reason), ("upstream", &*self.name)]).value.add(1);
    }

    /// Counts an attempt that the budget does not allow.
    #[cold]
    pub(crate) fn denied(&self) {
        self.measures.denied.series(&[("reason", "budget"), ("upstream", &*self.name)]).value.add(1);
    }

    /// Measures a wait for a place among those in flight, and counts who got none.
    #[cold]
    pub(crate) fn waited(&self, took: Duration, refused: Option<Refused>) {
        let upstream = ("upstream", &*self.name);
        self.measures.queue_wait.series(&[upstream]).value.observe(took.as_secs_f64());
        if let Some(refused) = refused {
            let reason = match refused {
                Refused::Full => "full",
                Refused::Late => "late",
            };
            self.measures.shed.series(&[("reason", reason), upstream]).value.add(1);
        }
    }

    /// Counts a copy that was sent to this upstream, or was not.
    pub(crate) fn mirrored(&self, sent: bool) {
        let family = if sent { &self.measures.mirrored } else { &self.measures.mirror_skipped };
        family.series(&[("upstream", &*self.name)]).value.add(1);
    }

    /// Counts a request of a gateway that might have gone elsewhere.
    pub(crate) fn chosen(&self, gateway: &str) {
        self.measures.split.series(&[("gateway", gateway), ("upstream", &*self.name)]).value.add(1);
    }

    #[inline]
    fn count(&self, target: Option<&Target>, code: u16, reason: &'static str) {
        let Some(target) = target.filter(|_| self.by_target) else {
            return self.requests("", code, reason).value.add(1);
        };
        let look_up = || self.requests(target.label(), code, reason);
        let known = self.at(target).ended.get(|known| *known == (code, reason), || ((code, reason), look_up()));
        match known {
            Some(series) => series.value.add(1),
            None => look_up().value.add(1),
        }
    }

    #[inline]
    fn at<'t>(&self, target: &'t Target) -> &'t TargetSeries {
        target.series(|| TargetSeries {
            reused: self.measures.reused.series(&[("target", target.label()), ("upstream", &*self.name)]),
            ended: Places::default(),
        })
    }

    #[cold]
    fn requests(&self, target: &str, code: u16, reason: &str) -> Arc<Series> {
        let code = code.to_string();
        let labels = [("code", &*code), ("reason", reason), ("target", target), ("upstream", &*self.name)];
        self.measures.requests.series(&labels)
    }
}

impl std::fmt::Debug for UpstreamSeries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpstreamSeries").field("name", &self.name).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for TargetSeries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TargetSeries")
    }
}
