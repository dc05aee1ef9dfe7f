//! The end of an exchange: recorded once, after retries, whoever it was that ended it.
//!
//! The exchange tells it how far it has come; what is made of that, for the breaker, the metrics, the access log and the
//! spans, is decided here and costs nothing where nobody asks.

use std::sync::Arc;

use http::StatusCode;
use http::request::Parts;

use super::access::{Connection, EndCode, Forwarded, Stage, Times};
use super::error::GatewayError;
use super::forward::Progress;
use super::metrics::{Ended, UpstreamSeries};
use super::node::Node;
use super::outcome::Outcome;
use super::policy::admission::{Pass, Refused};
use super::policy::breaker::Permit;
use super::target::InFlight;
use super::time::Moment;
use super::trace::{self, Trace};
use super::upstream::{Running, UpstreamState};
use crate::route::Notes;

/// What is recorded of one exchange when it is over; dropping it before says that the client went away.
pub(crate) struct Ending {
    pub(crate) running: Arc<Running>,
    /// That the breaker let it in; taken when it was told the end, and absent for a copy.
    permit: Option<Permit>,
    /// Its place among those in flight at the upstream.
    pass: Option<Pass>,
    /// The same at the target of the last attempt.
    in_flight: Option<InFlight>,
    attempts: u32,
    stage: Stage,
    connection: Connection,
    /// Whether its end is still to be recorded.
    open: bool,
    /// Whether its reply is meant to last, so that a client that leaves it has had what it wanted.
    lasts: bool,
    status: Option<StatusCode>,
    began: Moment,
    /// Bytes of the reply that were handed over.
    received: u64,
    /// How far the request's body has come.
    progress: Option<Arc<Progress>>,
    /// Where it is counted.
    series: Option<Arc<UpstreamSeries>>,
    times: Option<Box<Times>>,
    trace: Option<Box<Trace>>,
}

impl Ending {
    pub(crate) fn new(
        upstream: &UpstreamState,
        running: Arc<Running>,
        permit: Option<Permit>,
        began: Moment,
        notes: Option<Arc<Notes>>,
    ) -> Self {
        let mut ending = Self::spent(running);
        (ending.permit, ending.began, ending.open) = (permit, began, true);
        ending.series = upstream.series().map(Arc::clone);
        ending.times = Times::of(notes, upstream);
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
            stage: Stage::Queue,
            connection: Connection::None,
            open: false,
            lasts: false,
            status: None,
            began: Moment::default(),
            received: 0,
            progress: None,
            series: None,
            times: None,
            trace: None,
        }
    }

    /// Whether its end says something about the upstream, as that of a copy does not.
    #[inline]
    pub(crate) fn is_judged(&self) -> bool {
        self.permit.is_some()
    }

    /// It has its place in flight.
    #[inline]
    pub(crate) fn admitted(&mut self, pass: Pass) {
        self.pass = Some(pass);
    }

    /// It had to wait for its place, or got none.
    #[cold]
    pub(crate) fn waited(&mut self, refused: Option<Refused>) {
        let took = Moment::now().since(self.began);
        if let Some(series) = &self.series {
            series.waited(took, refused);
        }
        if let Some(times) = &mut self.times {
            times.queue = took;
        }
    }

    /// An attempt begins; `head` is that of the request.
    #[inline]
    pub(crate) fn attempt(&mut self, upstream: &UpstreamState, node: &Node, head: Option<&Parts>) {
        self.attempts += 1;
        self.in_flight = Some(node.target.enter());
        (self.stage, self.connection, self.progress) = (Stage::Connect, Connection::None, None);
        if let Some(times) = &mut self.times {
            times.attempt = Moment::now();
        }
        if self.trace.is_some() || trace::is_recorded() {
            self.begin_span(upstream, node, head);
        }
    }

    #[cold]
    fn begin_span(&mut self, upstream: &UpstreamState, node: &Node, head: Option<&Parts>) {
        let trace = self.trace.get_or_insert_with(|| Trace::of(head.map(|head| &head.headers)));
        trace.attempt(upstream.name(), node, self.attempts - 1);
    }

    /// The attempt has a connection, `fresh` if it was made for it.
    #[inline]
    pub(crate) fn connected(&mut self, fresh: bool) {
        self.stage = Stage::Head;
        self.connection = if fresh { Connection::New } else { Connection::Reused };
        if let Some(times) = &mut self.times
            && fresh
        {
            times.connect += Moment::now().since(times.attempt);
        }
        if let (Some(series), Some(in_flight), false) = (&self.series, &self.in_flight, fresh) {
            series.reused(in_flight.target());
        }
    }

    /// The request goes out.
    #[inline]
    pub(crate) fn sending(&mut self, parts: &mut Parts, progress: Option<&Arc<Progress>>) {
        self.progress = progress.map(Arc::clone);
        if let Some(trace) = &self.trace {
            trace.write(parts);
        }
    }

    /// An attempt ended so.
    #[inline]
    pub(crate) fn attempted(&mut self, outcome: Outcome) {
        if let Some(trace) = &mut self.trace {
            trace.ended(outcome);
        }
    }

    /// Another attempt follows one that ended so.
    #[cold]
    pub(crate) fn retried(&self, before: Outcome) {
        if let Some(series) = &self.series {
            series.retried(before);
        }
    }

    /// There is no budget for another attempt.
    #[cold]
    pub(crate) fn denied(&self) {
        if let Some(series) = &self.series {
            series.denied();
        }
    }

    /// The head of the reply goes to the client; what is meant to last has done its work with that.
    pub(crate) fn head(&mut self, status: StatusCode, lasts: bool) {
        (self.status, self.lasts) = (Some(status), lasts);
        self.stage = if status == StatusCode::SWITCHING_PROTOCOLS { Stage::Tunnel } else { Stage::Data };
        if self.series.is_some() || self.times.is_some() {
            let took = Moment::now().since(self.began);
            if let Some(series) = &self.series {
                series.answered(took);
            }
            if let Some(times) = &mut self.times {
                times.first_byte = Some(took);
            }
        }
        if lasts {
            self.judge(Outcome::Ok(status), Moment::now());
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

    /// The exchange ended without a reply, and this is what the client is told.
    #[cold]
    pub(crate) fn failed(&mut self, outcome: Outcome, error: &GatewayError) {
        let now = Moment::now();
        self.judge(outcome, now);
        self.record(outcome, error.status().as_u16(), error.reason(), now);
        self.leave();
    }

    /// So many bytes of the reply were handed over.
    #[inline]
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.received += bytes as u64;
    }

    #[inline]
    fn tell(&mut self, outcome: Outcome, now: Moment) {
        self.judge(outcome, now);
        if self.open {
            let (code, reason) = match (outcome, self.status) {
                (Outcome::Ok(status), _) => (status.as_u16(), ""),
                (Outcome::ClientGone, Some(status)) if self.lasts => (status.as_u16(), ""),
                (_, Some(status)) => (status.as_u16(), outcome.reason()),
                (_, None) => (GatewayError::of(outcome).status().as_u16(), outcome.reason()),
            };
            self.record(outcome, code, reason, now);
        }
    }

    /// Tells the breaker, once.
    #[inline]
    fn judge(&mut self, outcome: Outcome, now: Moment) {
        if let Some(permit) = self.permit.take() {
            let breaker = &self.running.breaker;
            breaker.record(permit, outcome.verdict(breaker.settings().count_500), now);
        }
    }

    /// Tells everybody else, once.
    #[inline]
    fn record(&mut self, outcome: Outcome, code: u16, reason: &'static str, now: Moment) {
        if std::mem::replace(&mut self.open, false) && (self.series.is_some() || self.times.is_some()) {
            self.publish(outcome, code, reason, now);
        }
        self.trace = None;
    }

    fn publish(&self, outcome: Outcome, code: u16, reason: &'static str, now: Moment) {
        let took = now.since(self.began);
        let target = self.in_flight.as_ref().map(InFlight::target);
        let (sent, received) = (self.progress.as_ref().map_or(0, |progress| progress.bytes()), self.received);
        if let Some(series) = &self.series {
            series.ended(target.map(|target| &**target), &Ended { code, reason, took, sent, received });
        }
        if let Some(times) = &self.times {
            times.leave(Forwarded {
                upstream: Arc::clone(times.upstream()),
                target: target.map(Arc::clone),
                attempts: self.attempts,
                end: EndCode::new(outcome, self.stage, self.attempts, self.connection),
                reason,
                queue: times.queue,
                connect: times.connect,
                first_byte: times.first_byte,
                total: took,
                sent,
                received,
            });
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
        if self.open {
            self.tell(Outcome::ClientGone, Moment::now());
        }
    }
}
