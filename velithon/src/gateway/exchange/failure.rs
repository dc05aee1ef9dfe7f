//! What follows an attempt that brought no reply to pass on: another one, or the error that the client gets.

use std::sync::Arc;

use axum::response::Response;

use super::TOO_LARGE;
use super::journey::{Journey, empty};
use super::reply::Arrived;
use crate::gateway::attempt::Failed;
use crate::gateway::error::GatewayError;
use crate::gateway::forward::Progress;
use crate::gateway::node::Node;
use crate::gateway::outcome::{Outcome, Phase};
use crate::gateway::policy::retry;
use crate::gateway::random;
use crate::gateway::time::Moment;
use crate::gateway::timer::Timer;

/// How an attempt went wrong, as far as the next one is concerned.
pub(super) struct Lost {
    pub(super) outcome: Outcome,
    pub(super) sent: retry::Sent,
    /// The reply whose status says so.
    pub(super) reply: Option<Box<Arrived>>,
    pub(super) error: Option<GatewayError>,
}

impl Journey<'_> {
    /// What is left of a request whose attempt failed.
    #[cold]
    pub(super) fn lost(&mut self, index: usize, node: &Arc<Node>, failed: Failed, progress: Option<&Progress>) -> Lost {
        let Failed { outcome, back } = failed;
        let sent = if back.is_some() { retry::Sent::Nothing } else { retry::Sent::Some };
        if let Some(request) = back {
            let (parts, body) = request.into_parts();
            (self.outbound.parts, self.has_head) = (parts, true);
            self.load.give_back(body);
        } else {
            self.restore();
        }
        self.judge(index, node, outcome, None);
        let too_large = progress.is_some_and(Progress::is_too_large);
        Lost { outcome, sent, reply: None, error: too_large.then_some(TOO_LARGE) }
    }

    /// Puts back what was kept of the head.
    fn restore(&mut self) {
        let Some(kept) = self.kept.take() else { return };
        let parts = &mut self.outbound.parts;
        *parts = empty();
        (parts.method, parts.uri, parts.headers) = (kept.method, kept.uri, kept.headers);
        self.has_head = true;
    }

    #[cold]
    pub(super) fn decide(&mut self, lost: &Lost, timer: &Timer<'_>) -> retry::Decision {
        if matches!(lost.outcome, Outcome::Ok(_)) {
            self.restore();
        }
        let now = Moment::now();
        let whole = self.load.is_whole() && self.has_head;
        let attempt = retry::Attempt {
            outcome: lost.outcome,
            retries: self.retries,
            stale_before: self.stale_before,
            sent: lost.sent,
            body: if whole { retry::Body::Whole } else { retry::Body::Consumed },
            idempotent: self.idempotent,
            answered: false,
            left: timer.left(now),
        };
        let budget = &self.running.budget;
        retry::decide(self.retry, &attempt, || budget.withdraw(now), &mut random::of_thread())
    }

    /// The client gets what the last attempt ended with.
    #[cold]
    pub(super) async fn answer(&mut self, lost: Lost, timer: &Timer<'_>) -> Result<Response, GatewayError> {
        if let Some(unwanted) = lost.reply {
            return self.pass_on(*unwanted, usize::MAX, timer).or_else(|lost| self.fail(lost));
        }
        self.fail(lost)
    }

    #[cold]
    fn fail(&mut self, lost: Lost) -> Result<Response, GatewayError> {
        let error = lost.error.unwrap_or_else(|| GatewayError::of(lost.outcome));
        self.ending.failed(lost.outcome, &error);
        Err(error)
    }

    #[cold]
    pub(super) fn give_up(&mut self, error: GatewayError) -> Result<Response, GatewayError> {
        self.ending.failed(Outcome::Timeout(Phase::Queue), &error);
        Err(error)
    }
}
