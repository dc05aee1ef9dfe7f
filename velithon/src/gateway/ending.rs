//! The end of an exchange: recorded once, after retries, whoever it was that ended it.

use std::sync::Arc;

use http::StatusCode;

use super::outcome::Outcome;
use super::policy::admission::Pass;
use super::policy::breaker::Permit;
use super::target::InFlight;
use super::time::Moment;
use super::upstream::Running;

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
}

impl Ending {
    pub(crate) fn new(running: Arc<Running>, permit: Permit) -> Self {
        Self { running, permit: Some(permit), pass: None, in_flight: None, attempts: 0, status: None }
    }

    /// One that has nothing to tell.
    pub(crate) fn spent(running: Arc<Running>) -> Self {
        Self { running, permit: None, pass: None, in_flight: None, attempts: 0, status: None }
    }

    /// The head of the reply goes to the client; what is meant to last has done its work with that.
    pub(crate) fn head(&mut self, status: StatusCode, lasts: bool) {
        self.status = Some(status);
        if lasts {
            self.tell(Outcome::Ok(status));
        }
    }

    /// The reply was handed over whole.
    #[inline]
    pub(crate) fn complete(&mut self) {
        if let Some(status) = self.status {
            self.tell(Outcome::Ok(status));
        }
        self.leave();
    }

    /// The exchange ended without a whole reply.
    pub(crate) fn broken(&mut self, outcome: Outcome) {
        self.tell(outcome);
        self.leave();
    }

    /// So many bytes of the reply were handed over.
    #[inline]
    pub(crate) fn sent(&mut self, _: usize) {}

    #[inline]
    fn tell(&mut self, outcome: Outcome) {
        if let Some(permit) = self.permit.take() {
            let breaker = &self.running.breaker;
            breaker.record(permit, outcome.verdict(breaker.settings().count_500), Moment::now());
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
        self.tell(Outcome::ClientGone);
    }
}
