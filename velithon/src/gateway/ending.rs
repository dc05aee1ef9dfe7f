//! The end of an exchange: recorded once, after retries, whoever it was that ended it.

use std::sync::Arc;

use http::StatusCode;

use super::metrics::Measures;
use super::outcome::Outcome;
use super::policy::admission::Pass;
use super::policy::breaker::Permit;
use super::target::InFlight;
use super::time::Moment;
use super::upstream::{Running, UpstreamState};

/// What is recorded of one exchange when it is over; dropping it before says that the client went away.
pub(crate) struct Ending {
    pub(crate) running: Arc<Running>,
    /// That the breaker let it in; taken when it was told the end.
    pub(crate) permit: Option<Permit>,
    /// Its place among those in flight at the upstream.
    pub(crate) pass: Option<Pass>,
    /// The same at the target of the last attempt.
    pub(crate) in_flight: Option<InFlight>,
    /// Attempts so far.
    pub(crate) attempts: u32,
    status: Option<StatusCode>,
    began: Moment,
    /// Where it is counted, and under which upstream.
    measured: Option<(Arc<Measures>, Arc<str>)>,
}

impl Ending {
    pub(crate) fn new(upstream: &UpstreamState, running: Arc<Running>, permit: Permit, began: Moment) -> Self {
        let measured = upstream.measures().map(|measures| (Arc::clone(measures), Arc::clone(upstream.name())));
        let mut ending = Self::spent(running);
        (ending.permit, ending.began, ending.measured) = (Some(permit), began, measured);
        ending
    }

    /// One that has nothing to tell.
    pub(crate) fn spent(running: Arc<Running>) -> Self {
        Self {
            running,
            permit: None,
            pass: None,
            in_flight: None,
            attempts: 0,
            status: None,
            began: Moment::default(),
            measured: None,
        }
    }

    /// The head of the reply goes to the client; what is meant to last has done its work with that.
    pub(crate) fn head(&mut self, status: StatusCode, lasts: bool) {
        self.status = Some(status);
        if let Some((measures, upstream)) = &self.measured {
            measures.answered(upstream, Moment::now().since(self.began));
        }
        if lasts {
            self.tell(Outcome::Ok(status), Moment::now());
        }
    }

    /// The reply was handed over whole.
    #[inline]
    pub(crate) fn complete(&mut self, now: Moment) {
        if let Some(status) = self.status {
            self.tell(Outcome::Ok(status), now);
        }
        self.leave();
    }

    /// The exchange ended without a whole reply.
    pub(crate) fn broken(&mut self, outcome: Outcome) {
        self.tell(outcome, Moment::now());
        self.leave();
    }

    /// So many bytes of the reply were handed over.
    #[inline]
    pub(crate) fn sent(&mut self, _: usize) {}

    #[inline]
    fn tell(&mut self, outcome: Outcome, now: Moment) {
        if let Some(permit) = self.permit.take() {
            let breaker = &self.running.breaker;
            breaker.record(permit, outcome.verdict(breaker.settings().count_500), now);
            if let Some((measures, upstream)) = &self.measured {
                let target = self.in_flight.as_ref().map_or("", |in_flight| in_flight.target().label());
                measures.ended(upstream, target, outcome, now.since(self.began));
            }
        }
    }

    /// Gives its places to others.
    #[inline]
    fn leave(&mut self) {
        self.pass = None;
        self.in_flight = None;
    }
}

impl Drop for Ending {
    #[inline]
    fn drop(&mut self) {
        if self.permit.is_some() {
            self.tell(Outcome::ClientGone, Moment::now());
        }
    }
}
