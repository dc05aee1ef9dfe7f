//! What an application records with, and how it comes to every place that asks: `Inject<Metrics>`.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::encode::{self, Format};
use super::labels::{LabelSet, Labels};
use super::registry::{Description, Family, Kind, Registry, SECONDS};
use super::value::Value;
use crate::inject;
use crate::reply::{Error, Result};

/// The metrics of the application: counters, gauges and histograms under names of your own.
///
/// A metric exists from its first recording on; nothing is declared. Recording costs two look-ups and an atomic
/// operation, and never waits for a scrape. A name keeps the kind of its first recording. Names and labels are made
/// legal ([`LabelSet`]), and limited in number: see the [module](super).
///
/// ```
/// use velithon::prelude::*;
/// use velithon::metrics::Metrics;
///
/// #[post("/buy/{item}")]
/// async fn buy(item: u64, metrics: Inject<Metrics>) -> String {
///     let begun = std::time::Instant::now();
///     metrics.increment("user.action", [("action", "buy")]);
///     metrics.gauge("basket.items", 3);
///     metrics.histogram("purchase.duration", begun.elapsed());
///     format!("bought {item}")
/// }
/// ```
#[inject]
#[derive(Default)]
pub struct Metrics {
    #[inject(default)]
    registry: Registry,
    // Singletons are built on the control runtime.
    #[inject(value = Handle::try_current().ok())]
    control: Option<Handle>,
}

/// What can be recorded: numbers, and durations in seconds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number that can be recorded",
    label = "not a number or `Duration`"
)]
pub trait Number {
    /// The number; whole numbers beyond 2^53 are rounded.
    fn number(self) -> f64;
}

macro_rules! numbers {
    ($($type:ty)*) => {$(
        impl Number for $type {
            #[inline]
            fn number(self) -> f64 {
                self as f64
            }
        }
    )*};
}

numbers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64);

impl Number for Duration {
    #[inline]
    fn number(self) -> f64 {
        self.as_secs_f64()
    }
}

impl Metrics {
    /// Metrics by themselves, for a test that calls a handler directly; an application has its own.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one to a counter: `increment("user.action", [("action", action)])`, `increment("logins", [])`.
    ///
    /// Shown as `user_action_total`.
    #[inline]
    pub fn increment(&self, name: &str, labels: impl Labels) {
        self.add(name, 1, labels);
    }

    /// Adds `n` to a counter.
    pub fn add(&self, name: &str, n: u64, labels: impl Labels) {
        self.record(Kind::Counter, name, labels, |value| value.add(n));
    }

    /// Sets a gauge: `gauge("active.users", n)`.
    pub fn gauge(&self, name: &str, value: impl Number) {
        self.gauge_with(name, value, []);
    }

    /// Sets a gauge with labels.
    pub fn gauge_with(&self, name: &str, value: impl Number, labels: impl Labels) {
        let number = value.number();
        self.record(Kind::Gauge, name, labels, |value| value.set(number));
    }

    /// Takes a duration into a histogram: `histogram("purchase.duration", begun.elapsed())`, or a number of seconds.
    ///
    /// The buckets are those of requests, from 5 ms to 10 s. Negative and infinite numbers are left out.
    pub fn histogram(&self, name: &str, seconds: impl Number) {
        self.histogram_with(name, seconds, []);
    }

    /// Takes a duration into a histogram with labels.
    pub fn histogram_with(&self, name: &str, seconds: impl Number, labels: impl Labels) {
        let number = seconds.number();
        self.record(Kind::Histogram(SECONDS), name, labels, |value| value.observe(number));
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers write an array in place, and the set borrows from it")]
    fn record(&self, kind: Kind, name: &str, labels: impl Labels, act: impl Fn(&Value)) {
        let mut set = LabelSet::default();
        labels.add_to(&mut set);
        self.registry.with(kind, name, |family| family.with(set.pairs(), act));
    }

    /// A family of velithon's own, to keep: its series are then a look-up away, or none.
    pub(crate) fn declare(&self, description: &Description) -> Arc<Family> {
        self.registry.declare(description)
    }

    /// Asks `sampler` at each scrape from now on.
    #[cfg(feature = "gateway")]
    pub(crate) fn sample_by(&self, sampler: super::samples::Sampler) {
        self.registry.sample_by(sampler);
    }

    /// Says what the targets of the application are called, for warnings.
    pub(crate) fn know(&self, routes: Box<[Arc<str>]>) {
        self.registry.know(routes);
    }

    /// What a scrape gets.
    pub(super) fn text(&self, format: Format) -> Result<String> {
        encode::text(&self.registry, self.control.as_ref(), format)
            .map_err(|error| Error::internal("the metrics could not be written").caused_by(error))
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}
