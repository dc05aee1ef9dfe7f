//! The reply of an attempt: passed on with its body streaming, made a tunnel, or read away.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::response::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt as _;
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
        let (mut parts, body) = reply.into_parts();
        let accepted = forward::accept(&mut parts).map_err(broken)?;
        let lasts = self.heading.grpc.is_some() || is_event_stream(&parts.headers);
        let mut ending = self.take_ending();
        ending.head(parts.status, lasts || switched.is_some());
        if let Some(cookie) = self.cookie(index) {
            parts.headers.append(SET_COOKIE, cookie);
        }
        if let (Some(protocol), Some(switched)) = (&accepted.upgrade, switched) {
            let answered = self.upgrade.take().filter(|asked| asked.is_answered(protocol, &parts.headers));
            return tunnel(parts, answered, switched, Tunnel { lease, ending }, timer);
        }
        if parts.status == StatusCode::RESET_CONTENT && !body.is_end_stream() {
            ending.complete();
            return Ok(Response::from_parts(parts, Body::empty()));
        }
        let borrowed = Borrowed { lease, reusable: accepted.reusable, kept: accepted.kept, sent };
        let limits = self.limits(lasts, timer);
        let body = Received::new(body, borrowed, limits, self.heading.trailers, ending);
        let body = if body.is_end_stream() { Body::empty() } else { Body::new(body) };
        Ok(Response::from_parts(parts, body))
    }

    /// How long the body of the reply may take; one that is meant to last has a limit of its own.
    #[inline]
    fn limits(&self, lasts: bool, timer: &Timer<'_>) -> BodyLimits {
        let is_stream = lasts && self.heading.grpc.is_none();
        let timeouts = if is_stream { timer.timeouts.of_stream(None) } else { timer.timeouts };
        BodyLimits { idle: timeouts.idle, total: timeouts.total.map(|limit| timer.began + limit) }
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

/// What ends with a tunnel.
struct Tunnel {
    lease: Lease,
    ending: Ending,
}

/// Hands both connections over to each other, once the client has had the head; nothing was `asked` for where the reply
/// answers another question.
#[cold]
fn tunnel(
    parts: Parts,
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
        ending.complete();
        drop(lease);
    });
    Ok(Response::from_parts(parts, Body::empty()))
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let essence = |value: &HeaderValue| {
        value.as_bytes().get(..17).is_some_and(|start| start.eq_ignore_ascii_case(b"text/event-stream"))
    };
    headers.get(CONTENT_TYPE).is_some_and(essence)
}

/// Reads the rest of a reply that nobody gets, so that its connection may serve again; a long one is dropped with it.
#[cold]
pub(super) fn discard(arrived: Arrived) {
    const MOST: u64 = 64 * 1024;
    let Arrived { reply, lease, sent } = arrived;
    let (mut parts, mut body) = reply.into_parts();
    let Ok(accepted) = forward::accept(&mut parts) else { return };
    let short = body.size_hint().upper().is_some_and(|upper| upper <= MOST);
    if !short || !accepted.reusable || !sent.is_none_or(|sent| sent.is_done()) {
        return;
    }
    tokio::spawn(async move {
        let read = async { while let Some(Ok(_)) = body.frame().await {} };
        if tokio::time::timeout(Duration::from_secs(1), read).await.is_ok() {
            lease.give_back(Moment::now(), accepted.kept);
        }
    });
}
