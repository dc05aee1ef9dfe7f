//! One request on its way to an upstream and back: attempts, limits, and the end that is recorded.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::Version;
use http::header::HOST;
use http::request::Parts;
use http_body::Body as _;
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};

use super::error::GatewayError;
use super::forward::{self, Client, Heading, Outgoing, Progress, Received};
use super::outcome::{Outcome, Phase};
use super::pool::{self, Lease};
use super::route::GatewayRoute;
use super::time::Moment;
use super::upstream::{Node, UpstreamState};
use crate::route::Exchange;

/// Forwards a request as its route says.
pub(crate) async fn proxy(route: Arc<GatewayRoute>, request: Request, exchange: Exchange) -> Response {
    let peer = &exchange.peer;
    let client = Client { peer: peer.ip(), trusted: exchange.live.proxies.trusts(peer), secure: false };
    let (mut parts, body) = request.into_parts();
    let heading = match forward::prepare(&mut parts, &route, client, &exchange.captures) {
        Ok(heading) => heading,
        Err(error) => return error.into_response(),
    };
    match send(&route.upstream, parts, body, heading).await {
        Ok(reply) => reply,
        Err(error) => error.into_response(),
    }
}

/// The one timer of an exchange, set anew for each phase.
struct Timer<'a>(Pin<&'a mut Option<Sleep>>);

impl Timer<'_> {
    /// Starts a phase; nothing is a phase without a limit.
    fn set(&mut self, limit: Option<Duration>) {
        match (limit, self.0.as_mut().as_pin_mut()) {
            (None, _) => self.0.set(None),
            (Some(limit), Some(sleep)) => sleep.reset(Instant::now() + limit),
            (Some(limit), None) => self.0.set(Some(sleep(limit))),
        }
    }

    #[inline]
    fn poll(&mut self, cx: &mut std::task::Context<'_>) -> Poll<()> {
        match self.0.as_mut().as_pin_mut() {
            Some(sleep) => sleep.poll(cx),
            None => Poll::Pending,
        }
    }

    /// Waits for `work` no longer than `limit`.
    async fn within<T>(
        &mut self,
        limit: Option<Duration>,
        phase: Phase,
        work: impl Future<Output = Result<T, Outcome>>,
    ) -> Result<T, Outcome> {
        self.set(limit);
        let mut work = pin!(work);
        poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Pending => self.poll(cx).map(|()| Err(Outcome::Timeout(phase))),
            done => done,
        })
        .await
    }
}

async fn send(upstream: &UpstreamState, parts: Parts, body: Body, heading: Heading) -> Result<Response, GatewayError> {
    let mut sleep = pin!(None);
    let mut timer = Timer(sleep.as_mut());
    let node = upstream.pick().ok_or(GatewayError::NoTarget)?;
    let lease = connect(&node, &mut timer).await.map_err(GatewayError::of)?;
    attempt(lease, parts, body, &heading, &mut timer).await.map_err(GatewayError::of)
}

/// A connection to the target: one that waits, else a new one.
async fn connect(node: &Arc<Node>, timer: &mut Timer<'_>) -> Result<Lease, Outcome> {
    let now = Moment::now();
    while let Some(idle) = node.pool().take(now) {
        let mut lease = Lease::reused(idle, Arc::clone(node));
        if lease.ready().await {
            return Ok(lease);
        }
    }
    let place = node.pool().place().ok_or(Outcome::Timeout(Phase::Queue))?;
    let limit = Some(Duration::from_secs(2));
    let dialled = timer.within(limit, Phase::Connect, pool::dial(node, place)).await?;
    let sender = pool::handshake(dialled).await?;
    Ok(Lease::new(sender, Arc::clone(node), now + node.pool().limits().age))
}

async fn attempt(
    mut lease: Lease,
    mut parts: Parts,
    body: Body,
    heading: &Heading,
    timer: &mut Timer<'_>,
) -> Result<Response, Outcome> {
    let host = heading.host.as_ref().unwrap_or(lease.node().host());
    parts.headers.insert(HOST, host.clone());
    parts.version = lease.version();
    let (body, progress) = Outgoing::of(body);
    let reply = lease.send(http::Request::from_parts(parts, body));
    let limits = Limits { first_byte: Some(Duration::from_secs(30)), idle: Some(Duration::from_secs(60)) };
    let reply = head(pin!(reply), progress.as_deref(), &limits, timer).await?;
    let (mut parts, body) = reply.into_parts();
    let accepted = forward::accept(&mut parts)?;
    let lease = accepted.reusable.then_some((lease, accepted.kept));
    let body = Received::new(body, lease, progress, limits.idle, None, heading.trailers);
    let body = if body.is_end_stream() { Body::empty() } else { Body::new(body) };
    Ok(Response::from_parts(parts, body))
}

struct Limits {
    first_byte: Option<Duration>,
    idle: Option<Duration>,
}

type Sent = Result<http::Response<Incoming>, hyper::client::conn::TrySendError<http::Request<Outgoing>>>;

/// Waits for the head of the reply, while the body of the request is on its way.
async fn head(
    mut reply: Pin<&mut impl Future<Output = Sent>>,
    progress: Option<&Progress>,
    limits: &Limits,
    timer: &mut Timer<'_>,
) -> Result<http::Response<Incoming>, Outcome> {
    timer.set(limits.first_byte);
    poll_fn(|cx| {
        if let Poll::Ready(sent) = reply.as_mut().poll(cx) {
            return Poll::Ready(sent.map_err(|_| Outcome::Reset));
        }
        ready!(timer.poll(cx));
        let _ = progress;
        Poll::Ready(Err(Outcome::Timeout(Phase::FirstByte)))
    })
    .await
}
