//! The reply of an attempt: passed on with its body streaming, made a tunnel, or read away.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::header::SET_COOKIE;
use http::{HeaderValue, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;

use super::failure::Lost;
use super::journey::Journey;
use crate::gateway::balance::{Algorithm, Head};
use crate::gateway::ending::Ending;
use crate::gateway::forward::{self, BodyLimits, Borrowed, Progress, Received, Upgrade};
use crate::gateway::outcome::Outcome;
use crate::gateway::policy::retry;
use crate::gateway::pool::Lease;
use crate::gateway::time::Moment;
use crate::gateway::timer::Timer;

/// A reply whose head has come, with the connection it comes by.
pub(super) struct Arrived {
    pub(super) reply: Response<Incoming>,
    pub(super) lease: Lease,
    /// How far the body of the request got.
    pub(super) sent: Option<Arc<Progress>>,
}

impl Journey<'_> {
    /// The reply as the client gets it: its head checked, its body streaming.
    #[inline]
    pub(super) fn pass_on(&mut self, arrived: Arrived, index: usize, timer: &Timer<'_>) -> Result<Response, Lost> {
        let Arrived { mut reply, lease, sent } = arrived;
        let switched = (reply.status() == StatusCode::SWITCHING_PROTOCOLS).then(|| hyper::upgrade::on(&mut reply));
        let accepted = forward::accept(&mut reply).map_err(broken)?;
        let lasts = self.outbound.heading.grpc.is_some() || accepted.event_stream;
        let mut ending = self.take_ending();
        ending.head(reply.status(), lasts || switched.is_some());
        if let Some(cookie) = self.cookie(index) {
            reply.headers_mut().append(SET_COOKIE, cookie);
        }
        if let (Some(protocol), Some(switched)) = (&accepted.upgrade, switched) {
            let answered = self.upgrade.take().filter(|asked| asked.is_answered(protocol, reply.headers()));
            return tunnel(without_body(reply), answered, switched, Tunnel { lease, ending }, timer);
        }
        if reply.status() == StatusCode::RESET_CONTENT && !reply.body().is_end_stream() {
            ending.complete(self.now);
            return Ok(without_body(reply));
        }
        let borrowed = Borrowed { lease, reusable: accepted.reusable, kept: accepted.kept, sent };
        let (limits, trailers) = (self.limits(lasts, timer), self.outbound.heading.trailers);
        Ok(reply.map(|body| {
            Received { body: Some(body), borrowed: Some(borrowed), limits, sleep: None, trailers, ending }
                .into_body(self.now)
        }))
    }

    /// How long the body of the reply may take; one that is meant to last has a limit of its own.
    #[inline]
    fn limits(&self, lasts: bool, timer: &Timer<'_>) -> BodyLimits {
        let is_stream = lasts && self.outbound.heading.grpc.is_none();
        match (is_stream, timer.timeouts.total) {
            (true, _) => BodyLimits { idle: timer.timeouts.stream_idle, total: None },
            (false, total) => BodyLimits { idle: timer.timeouts.idle, total: total.map(|limit| timer.began + limit) },
        }
    }

    /// The end is told by whoever has it: the body, from here on.
    fn take_ending(&mut self) -> Ending {
        let spent = Ending::spent(Arc::clone(self.running));
        std::mem::replace(&mut self.ending, spent)
    }

    /// The cookie that binds a client to its target.
    #[inline]
    fn cookie(&self, index: usize) -> Option<HeaderValue> {
        let Algorithm::Sticky(_) = self.running.balancer.algorithm() else { return None };
        let kept = self.kept.as_ref()?;
        let head = Head { path: "", query: None, headers: &kept.headers, client: None };
        let set = &self.running.set;
        (index < set.len()).then(|| self.running.balancer.cookie(set, &head, index, false)).flatten()
    }
}

/// A reply that no client may see.
fn broken(outcome: Outcome) -> Lost {
    Lost { outcome, sent: retry::Sent::Some, reply: None, error: None }
}

fn without_body(reply: Response<Incoming>) -> Response {
    reply.map(|_| Body::empty())
}

/// What ends with a tunnel.
struct Tunnel {
    lease: Lease,
    ending: Ending,
}

/// Hands both connections over to each other, once the client has had the head; nothing was `asked` for where the reply
/// answers another question.
#[cold]
fn tunnel(
    head: Response,
    asked: Option<Upgrade>,
    switched: OnUpgrade,
    held: Tunnel,
    timer: &Timer<'_>,
) -> Result<Response, Lost> {
    let Tunnel { lease, mut ending } = held;
    let Some(asked) = asked else {
        ending.broken(Outcome::Protocol);
        return Err(broken(Outcome::Protocol));
    };
    let (idle, delay) = (timer.timeouts.stream_idle, timer.timeouts.stream_close_delay);
    let target = Arc::clone(&lease.node().target);
    tokio::spawn(async move {
        tokio::select! {
            _ = forward::tunnel(asked.into_client(), switched, idle) => {}
            () = target.removal().over(delay) => {}
        }
        ending.complete(Moment::now());
        drop(lease);
    });
    Ok(head)
}

/// Reads the rest of a reply that nobody gets, so that its connection may serve again; a long one is dropped with it.
#[cold]
pub(super) fn discard(arrived: Arrived) {
    let Arrived { mut reply, lease, sent } = arrived;
    let Ok(accepted) = forward::accept(&mut reply) else { return };
    let borrowed = Borrowed { lease, reusable: accepted.reusable, kept: accepted.kept, sent };
    forward::discard(reply.into_body(), borrowed);
}
