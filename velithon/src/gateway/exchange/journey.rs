//! The attempts of one exchange: a target chosen, a request sent, tried again or answered.

use std::pin::pin;
use std::sync::Arc;

use axum::response::Response;
use http::header::EXPECT;
use http::request::Parts;
use http::{HeaderMap, Method, Request, Uri};
use http_body::Body as _;

use super::failure::Lost;
use super::reply::{Arrived, discard};
use super::{Outbound, Rules};
use crate::gateway::attempt::{self, Waiting, Want};
use crate::gateway::balance::Tried;
use crate::gateway::ending::Ending;
use crate::gateway::error::GatewayError;
use crate::gateway::forward::{Gate, Load, Outgoing, Progress, Upgrade};
use crate::gateway::node::Node;
use crate::gateway::outcome::Outcome;
use crate::gateway::policy::{outlier, retry};
use crate::gateway::pool::Lease;
use crate::gateway::random;
use crate::gateway::time::Moment;
use crate::gateway::timer::Timer;
use crate::gateway::upstream::{Running, UpstreamState};

/// The head of a request, kept for the case that it has to be sent again.
pub(super) struct Kept {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
}

/// The attempts of one exchange.
pub(super) struct Journey<'a> {
    pub(super) upstream: &'a UpstreamState,
    pub(super) running: &'a Arc<Running>,
    pub(super) retry: &'a retry::Settings,
    pub(super) body_limit: Option<u64>,
    pub(super) outbound: &'a mut Outbound,
    pub(super) upgrade: Option<Upgrade>,
    /// Whether the head is here, for the next attempt; with the connection while one is under way.
    pub(super) has_head: bool,
    pub(super) kept: Option<Box<Kept>>,
    pub(super) load: Load,
    pub(super) gate: Option<Arc<Gate>>,
    pub(super) idempotent: bool,
    /// Whether head and body are kept for the case that they have to be sent again.
    pub(super) keeps: bool,
    pub(super) tried: Tried,
    pub(super) retries: u32,
    pub(super) stale_before: bool,
    pub(super) ending: Ending,
    /// When the clock was last looked at.
    pub(super) now: Moment,
}

/// A head that says nothing, in the place of one that is under way.
pub(super) fn empty() -> Parts {
    Request::new(()).into_parts().0
}

impl<'a> Journey<'a> {
    pub(super) fn new(
        upstream: &'a UpstreamState,
        running: &'a Arc<Running>,
        retry: &'a retry::Settings,
        rules: &Rules,
        outbound: &'a mut Outbound,
        upgrade: Option<Upgrade>,
        ending: Ending,
    ) -> Self {
        let parts = &outbound.parts;
        let idempotent = retry.retries > 0 && retry::is_idempotent(&parts.method, &parts.headers);
        // A stream that HTTP/2 refuses is sent again whatever its method is (RFC 9113, section 8.7).
        let keeps = idempotent || (retry.retries > 0 && running.multiplexes());
        // Without a body there is nothing to hold back.
        let expects = !outbound.body.is_end_stream() && parts.headers.contains_key(EXPECT);
        let gate = expects.then(Arc::<Gate>::default);
        let body = std::mem::take(&mut outbound.body);
        Self {
            upstream,
            running,
            retry,
            body_limit: rules.body_limit,
            load: Load::new(body, keeps),
            keeps,
            outbound,
            upgrade,
            has_head: true,
            kept: None,
            gate,
            idempotent,
            tried: Tried::default(),
            retries: 0,
            stale_before: false,
            ending,
            now: Moment::default(),
        }
    }

    /// Tries until there is a reply to pass on, or none to be had.
    ///
    /// # Errors
    /// What the last attempt ended with.
    pub(super) async fn travel(&mut self, timer: &mut Timer<'_>) -> Result<Response, GatewayError> {
        if self.ending.is_judged() {
            self.running.budget.deposit(timer.began);
        }
        let mut again: Option<usize> = None;
        loop {
            let Some((index, node)) = self.choose(again) else { return self.give_up(GatewayError::NoTarget) };
            let want = Want { fresh: again.is_some(), http1: self.upgrade.is_some() };
            let lost = match self.attempt(index, &node, want, timer).await {
                Ok(reply) => return Ok(reply),
                Err(lost) => lost,
            };
            match self.decide(&lost, timer) {
                retry::Decision::Again { wait, fresh } => {
                    self.tried.add(index);
                    self.ending.retried(lost.outcome);
                    again = fresh.then_some(index);
                    if fresh {
                        self.stale_before = true;
                    } else {
                        self.retries += 1;
                    }
                    if let Some(unwanted) = lost.reply {
                        discard(*unwanted);
                    }
                    timer.pause(wait).await;
                    self.now = Moment::now();
                }
                retry::Decision::Answer(why) => {
                    if why == retry::Why::Budget {
                        self.ending.denied();
                    }
                    return self.answer(lost, timer).await;
                }
            }
        }
    }

    async fn attempt(
        &mut self,
        index: usize,
        node: &Arc<Node>,
        want: Want,
        timer: &mut Timer<'_>,
    ) -> Result<Response, Lost> {
        self.ending.attempt(self.upstream, node, self.has_head.then_some(&self.outbound.parts));
        let connected = match attempt::connect(node, want, self.now, timer).await {
            Ok(Some(lease)) => Ok(lease),
            Ok(None) => Box::pin(attempt::wait(node, want, self.running.settings.queue_timeout, timer)).await,
            Err(outcome) => Err(outcome),
        };
        let mut lease = match connected {
            Ok(lease) => lease,
            Err(outcome) => {
                self.judge(index, node, outcome, None);
                return Err(Lost { outcome, sent: retry::Sent::Nothing, reply: None, error: None });
            }
        };
        self.ending.connected(lease.fresh);
        let (request, progress) = self.load(&lease);
        // What a pooled connection took to be had is not worth another look at the clock.
        let began = if lease.fresh { Moment::now() } else { self.now };
        let waiting = Waiting { sent: began, progress: progress.as_deref(), gate: self.gate.as_deref() };
        let reply = pin!(lease.send(request));
        match attempt::answered(reply, !lease.fresh, waiting, timer).await {
            Ok(reply) => {
                let status = reply.status();
                self.judge(index, node, Outcome::Ok(status), Some(began));
                if self.retry.statuses.contains(&status) && self.retries < self.retry.retries {
                    let (outcome, sent) = (Outcome::Ok(status), retry::Sent::Some);
                    let reply = Some(Box::new(Arrived { reply, lease, sent: progress }));
                    return Err(Lost { outcome, sent, reply, error: None });
                }
                self.pass_on(Arrived { reply, lease, sent: progress }, index, timer)
            }
            Err(failed) => Err(self.lost(index, node, failed, progress.as_deref())),
        }
    }

    /// The request for this connection; its head is kept where it may have to be sent again after it was written.
    #[inline]
    fn load(&mut self, lease: &Lease) -> (Request<Outgoing>, Option<Arc<Progress>>) {
        let (body, progress) = self.load.take(self.gate.as_ref(), self.body_limit);
        let parts = &mut self.outbound.parts;
        if self.keeps && self.kept.is_none() {
            let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
            self.kept = Some(Box::new(Kept { method, uri, headers }));
        }
        attempt::address(parts, lease, &self.outbound.heading);
        self.ending.sending(parts, progress.as_ref());
        self.has_head = false;
        let mut request = Request::from_parts(std::mem::replace(parts, empty()), body);
        if let Some(gate) = &self.gate {
            let gate = Arc::clone(gate);
            hyper::ext::on_informational(&mut request, move |_| gate.open());
        }
        (request, progress)
    }

    /// Tells the target's record how an attempt ended.
    #[inline]
    pub(super) fn judge(&mut self, index: usize, node: &Arc<Node>, outcome: Outcome, began: Option<Moment>) {
        let now = Moment::now();
        self.now = now;
        self.ending.attempted(outcome);
        if !self.ending.is_judged() {
            return;
        }
        match began {
            Some(began) if !outcome.is_target_failure() => node.target.load().observe(now.since(began), now),
            _ if outcome.is_target_failure() => node.target.load().observe_failure(None, now),
            _ => {}
        }
        outlier::record(&self.running.set, index, outcome, now, &mut random::of_thread());
    }
}
