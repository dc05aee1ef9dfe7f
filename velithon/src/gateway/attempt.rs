//! One attempt at one target: a connection, the request sent, the head of the reply waited for, and what became of it.

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use http::header::{CONNECTION, HOST};
use http::request::Parts;
use http::{Request, Response, Version};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;

use super::forward::{Gate, Heading, Outgoing, PATIENCE, Progress};
use super::node::Node;
use super::outcome::{Outcome, Phase};
use super::pool::{self, Lease, Ready, Sent};
use super::time::Moment;
use super::timer::Timer;

/// How an attempt failed.
pub(crate) struct Failed {
    pub(crate) outcome: Outcome,
    /// The request as it was, when no byte of it was written.
    pub(crate) back: Option<Box<Request<Outgoing>>>,
}

/// What a connection is wanted for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Want {
    /// One that was never used: a pooled one has just failed.
    pub(crate) fresh: bool,
    /// HTTP/1.1, since the protocol is to be changed.
    pub(crate) http1: bool,
}

/// A connection to the target: one that waits, else a new one; nothing when it has as many as it may have.
///
/// # Errors
/// How connecting failed.
#[inline]
pub(crate) async fn connect(
    node: &Arc<Node>,
    want: Want,
    now: Moment,
    timer: &mut Timer<'_>,
) -> Result<Option<Lease>, Outcome> {
    if node.may_multiplex() && !want.http1 {
        return Box::pin(shared(node, want, timer)).await.map(Some);
    }
    while let Some(idle) = node.pool().take(now).filter(|_| !want.fresh) {
        let mut lease = Lease::reused(idle, Arc::clone(node));
        if lease.ready().await {
            return Ok(Some(lease));
        }
    }
    let Some(place) = node.pool().place() else { return Ok(None) };
    // Boxed, as all that is rare here: a future is moved as a whole, and this would be most of it.
    Box::pin(open(node, place, want, timer)).await.map(Some)
}

/// Waits until the target has a connection to spare.
///
/// # Errors
/// [`Outcome::Timeout`] of the queue.
#[cold]
pub(crate) async fn wait(
    node: &Arc<Node>,
    want: Want,
    most: Duration,
    timer: &mut Timer<'_>,
) -> Result<Lease, Outcome> {
    let late = Moment::now() + most;
    let waiting = node.pool().queue();
    loop {
        if let Some(lease) = connect(node, want, Moment::now(), timer).await? {
            return Ok(lease);
        }
        let left = late.since(Moment::now());
        if left.is_zero() || tokio::time::timeout(left, waiting.free()).await.is_err() {
            return Err(Outcome::Timeout(Phase::Queue));
        }
    }
}

/// A new connection.
#[cold]
async fn open(node: &Arc<Node>, place: pool::Place, want: Want, timer: &mut Timer<'_>) -> Result<Lease, Outcome> {
    let dialled = timer.within(Phase::Connect, pool::dial(node, place)).await?;
    let dialled = timer.within(Phase::Tls, pool::secure(node, dialled, want.http1)).await?;
    let now = Moment::now();
    let limits = node.pool().limits();
    let ends = now + limits.lifetime();
    Ok(match timer.within(Phase::Connect, pool::handshake(dialled)).await? {
        Ready::Http1(sender) => Lease::dialled(sender, Arc::clone(node), ends),
        Ready::Http2(sender, room) => {
            let stream = node.multiplexed.add(sender, room, ends, limits.requests, now);
            Lease::stream(stream, Arc::clone(node), true)
        }
    })
}

/// A stream of a connection that others use too. While one dials, the others wait for what it gets.
async fn shared(node: &Arc<Node>, want: Want, timer: &mut Timer<'_>) -> Result<Lease, Outcome> {
    let take = || node.multiplexed.take(Moment::now()).filter(|_| !want.fresh);
    if let Some(stream) = take() {
        return Ok(Lease::stream(stream, Arc::clone(node), false));
    }
    // What TLS has agreed on may be HTTP/1.1: then connections wait in the pool.
    if let Some(idle) = node.pool().take(Moment::now()).filter(|_| !want.fresh) {
        let mut lease = Lease::reused(idle, Arc::clone(node));
        if lease.ready().await {
            return Ok(lease);
        }
    }
    let dialling = timer.within(Phase::Connect, async { Ok(node.multiplexed.dialling.lock().await) }).await?;
    if let Some(stream) = take() {
        return Ok(Lease::stream(stream, Arc::clone(node), false));
    }
    let place = node.pool().place().ok_or(Outcome::Timeout(Phase::Queue))?;
    let lease = open(node, place, want, timer).await;
    drop(dialling);
    lease
}

/// Makes the head fit the target: its host, its version, and the form of the address that the version has.
pub(crate) fn address(parts: &mut Parts, lease: &Lease, heading: &Heading) {
    let node = lease.node();
    parts.version = lease.version();
    if parts.version == Version::HTTP_2 {
        parts.headers.remove(HOST);
        // Only HTTP/1 says so; `TE` itself may stay (RFC 9113, section 8.2.2).
        parts.headers.remove(CONNECTION);
        let authority = heading.host.as_ref().and_then(|host| host.to_str().ok()?.parse().ok());
        let mut uri = std::mem::take(&mut parts.uri).into_parts();
        uri.scheme = Some(node.uri_scheme());
        uri.authority = Some(authority.unwrap_or_else(|| node.authority().clone()));
        parts.uri = http::Uri::from_parts(uri).unwrap_or_default();
        return;
    }
    if parts.uri.authority().is_some()
        && let Some(path) = parts.uri.path_and_query()
    {
        parts.uri = path.clone().into();
    }
    parts.headers.insert(HOST, heading.host.as_ref().unwrap_or(node.host()).clone());
}

/// Waits for the head of the reply to a request that was sent, while its body is on its way.
///
/// # Errors
/// How it failed, with the request when none of it was written.
#[inline]
pub(crate) async fn answered(
    reply: Pin<&mut impl Future<Output = Sent>>,
    reused: bool,
    waiting: Waiting<'_>,
    timer: &mut Timer<'_>,
) -> Result<Response<Incoming>, Failed> {
    match head(reply, waiting, timer).await {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(failed)) => Err(told(*failed, reused, waiting.progress)),
        Err(outcome) => Err(Failed { outcome, back: None }),
    }
}

#[cold]
fn told(mut failed: TrySendError<Request<Outgoing>>, reused: bool, progress: Option<&Progress>) -> Failed {
    let back = failed.take_message();
    let outcome = classify(failed.error(), back.is_some(), reused, progress);
    Failed { outcome, back: back.map(Box::new) }
}

/// Waits for what comes of a request that was sent.
async fn head(
    mut reply: Pin<&mut impl Future<Output = Sent>>,
    mut waiting: Waiting<'_>,
    timer: &mut Timer<'_>,
) -> Result<Result<Response<Incoming>, Box<TrySendError<Request<Outgoing>>>>, Outcome> {
    timer.set(waiting.first(timer));
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(reply) = reply.as_mut().poll(cx) {
                return Poll::Ready(Ok(reply.map_err(Box::new)));
            }
            ready!(timer.poll(cx));
            match waiting.next(timer, Moment::now()) {
                Next::Wait(limit) => timer.set(limit),
                Next::Late(phase) => return Poll::Ready(Err(Outcome::Timeout(phase))),
            }
        }
    })
    .await
}

/// What is waited for before the head of a reply.
#[derive(Clone, Copy)]
pub(crate) struct Waiting<'a> {
    /// When the request was sent.
    pub(crate) sent: Moment,
    /// How far its body has come; nothing without one.
    pub(crate) progress: Option<&'a Progress>,
    /// What holds its body back.
    pub(crate) gate: Option<&'a Gate>,
}

enum Next {
    Wait(Option<Duration>),
    Late(Phase),
}

impl Waiting<'_> {
    /// The first wait.
    #[inline]
    fn first(&self, timer: &Timer<'_>) -> Option<Duration> {
        let limits = timer.timeouts;
        let own = match (self.gate, self.progress) {
            (Some(_), _) => Some(PATIENCE),
            // The body may be over at once, and the first byte is then waited for.
            (None, Some(_)) => shorter(limits.idle, limits.first_byte),
            (None, None) => limits.first_byte,
        };
        match limits.total {
            None => own,
            Some(_) => shorter(own, timer.left(self.sent)),
        }
    }

    /// What follows when the wait is over.
    #[cold]
    fn next(&mut self, timer: &Timer<'_>, now: Moment) -> Next {
        if let Some(gate) = self.gate.take() {
            // The upstream has said nothing: it may know nothing of expectations.
            gate.open();
        }
        let (phase, since) = match self.progress {
            Some(progress) if !progress.is_done() => (Phase::Idle, progress.last().max(self.sent)),
            Some(progress) => (Phase::FirstByte, progress.last().max(self.sent)),
            None => (Phase::FirstByte, self.sent),
        };
        match timer.timeouts.end(phase, since, timer.began) {
            Some((end, phase)) if end <= now => Next::Late(phase),
            end => {
                let own = end.map(|(end, _)| end.since(now));
                let ahead = if phase == Phase::Idle { timer.timeouts.first_byte } else { None };
                Next::Wait(if ahead.is_some() { shorter(own, ahead) } else { own })
            }
        }
    }
}

/// The shorter of two limits; nothing is none.
fn shorter(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// What an error of the connection is.
#[cold]
fn classify(error: &hyper::Error, unwritten: bool, reused: bool, progress: Option<&Progress>) -> Outcome {
    if progress.is_some_and(|progress| progress.is_broken() || progress.is_too_large()) {
        return Outcome::ClientFault;
    }
    if let Some(reason) = http2_error(error) {
        return reason;
    }
    match error {
        error if breaks_bound(error) => Outcome::Protocol,
        error if error.is_parse() || error.is_parse_status() || error.is_parse_too_large() => Outcome::Protocol,
        _ if reused && (unwritten || progress.is_none_or(|progress| !progress.waits_for_client())) => {
            Outcome::StaleConnection
        }
        _ => Outcome::Reset,
    }
}

/// Whether informational replies came without end.
fn breaks_bound(error: &hyper::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
    cause.and_then(std::io::Error::get_ref).is_some_and(|cause| cause.is::<pool::TooMany>())
}

/// What HTTP/2 says: a stream that was refused was not acted upon (RFC 9113, section 8.7).
fn http2_error(error: &hyper::Error) -> Option<Outcome> {
    let error = error.source()?.downcast_ref::<h2::Error>()?;
    Some(match error.reason() {
        Some(h2::Reason::REFUSED_STREAM) => Outcome::Refused,
        // A stream above the last one that the peer will process.
        Some(h2::Reason::NO_ERROR) if error.is_go_away() => Outcome::Refused,
        Some(h2::Reason::PROTOCOL_ERROR | h2::Reason::FRAME_SIZE_ERROR | h2::Reason::COMPRESSION_ERROR) => {
            Outcome::Protocol
        }
        _ => Outcome::Reset,
    })
}
