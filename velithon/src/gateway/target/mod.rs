//! Targets: the servers of an upstream, what is known about each, and which of them may be chosen.
//!
//! A [`TargetSpec`] is what was written. A [`Target`] is the state that belongs to one server; it survives reloads and
//! name lookups for as long as its [`TargetKey`] stays. A [`TargetSet`] is the immutable list of an upstream, in written
//! order, and answers which of them are [`Eligible`] now.
//!
//! Nothing here chooses (`balance`), judges (`policy`) or connects (`pool`).

mod eligible;
mod load;
mod set;
mod spec;
mod standing;
mod tally;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

pub(crate) use eligible::Eligible;
pub(crate) use load::{InFlight, Load};
pub(crate) use set::{Member, SetOptions, TargetSet};
pub(crate) use spec::TargetKey;
pub use spec::{Scheme, TargetError, TargetSpec};
pub(crate) use standing::{Changes, FAIL_OPEN, Health, Place, Standing};
pub(crate) use tally::Tally;

use super::drain::Removal;
use super::metrics::TargetSeries;
use super::time::Moment;

/// What is known about one server.
#[derive(Debug)]
pub(crate) struct Target {
    key: TargetKey,
    /// `10.0.0.1:8080`; the label `target` of the metrics.
    label: Box<str>,
    hash: u64,
    load: Load,
    standing: Standing,
    removal: Removal,
    /// Shared with its connections, which may outlive it.
    tally: Arc<Tally>,
    /// Where its exchanges are counted, once there was one.
    series: OnceLock<TargetSeries>,
}

impl Target {
    pub(crate) fn new(spec: &TargetSpec, health: Health, changes: Arc<Changes>, now: Moment) -> Self {
        let key = spec.key();
        Self {
            label: key.label().into(),
            hash: key.hash(),
            load: Load::default(),
            standing: Standing::new(health, changes, now),
            removal: Removal::default(),
            tally: Arc::default(),
            series: OnceLock::new(),
            key,
        }
    }

    /// What makes it the same target after a reload.
    pub(crate) fn key(&self) -> &TargetKey {
        &self.key
    }

    /// Its address for people and metrics: `10.0.0.1:8080`.
    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// A number made of its name, the same in every process.
    #[inline]
    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    /// How busy and how fast it is.
    #[inline]
    pub(crate) fn load(&self) -> &Load {
        &self.load
    }

    /// Whether it may be chosen.
    #[inline]
    pub(crate) fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Whether it has left its upstream.
    pub(crate) fn removal(&self) -> &Removal {
        &self.removal
    }

    /// What happened to it.
    pub(crate) fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    /// Where its exchanges are counted; `make` says where, at the first of them.
    #[inline]
    pub(crate) fn series(&self, make: impl FnOnce() -> TargetSeries) -> &TargetSeries {
        self.series.get_or_init(make)
    }

    /// Counts a request as in flight until the guard is dropped.
    #[inline]
    pub(crate) fn enter(self: &Arc<Self>) -> InFlight {
        InFlight::new(self.clone())
    }
}
