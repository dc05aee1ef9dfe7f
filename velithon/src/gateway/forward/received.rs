//! The body of a reply on its way to the client: it ends the exchange, and gives the connection back.
//!
//! A frame is asked for only when the client takes one, so a slow client slows down the upstream.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::Sleep;

use super::progress::Progress;
use super::rest;
use crate::gateway::ending::Ending;
use crate::gateway::outcome::{Outcome, Phase};
use crate::gateway::pool::Lease;
use crate::gateway::time::Moment;

/// The connection that a reply comes by, and what is known about its use afterwards.
pub(crate) struct Borrowed {
    pub(crate) lease: Lease,
    /// Whether it may serve another request.
    pub(crate) reusable: bool,
    /// How long the target says that it keeps it.
    pub(crate) kept: Option<Duration>,
    /// The request's body, which has to be over too.
    pub(crate) sent: Option<Arc<Progress>>,
}

/// How long a reply may take.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BodyLimits {
    /// Between two frames.
    pub(crate) idle: Option<Duration>,
    /// The end of everything.
    pub(crate) total: Option<Moment>,
}

/// The body of a reply on its way to the client.
pub(crate) struct Received {
    /// Nothing once it is dropped.
    pub(crate) body: Option<Incoming>,
    /// Until it is whole.
    pub(crate) borrowed: Option<Borrowed>,
    pub(crate) limits: BodyLimits,
    /// Made when the upstream first lets us wait.
    pub(crate) sleep: Option<Pin<Box<Sleep>>>,
    /// Whether the client takes trailers.
    pub(crate) trailers: bool,
    pub(crate) ending: Ending,
}

impl Received {
    /// As the body of a reply; one that has none is over.
    pub(crate) fn into_body(mut self, now: Moment) -> Body {
        if self.is_end_stream() {
            self.complete(now);
            return Body::empty();
        }
        Body::new(self)
    }

    /// The reply is whole.
    #[inline]
    fn complete(&mut self, now: Moment) {
        if let Some(borrowed) = self.borrowed.take() {
            self.ending.complete(now);
            let sent = borrowed.sent.as_ref().is_none_or(|sent| sent.is_done());
            if borrowed.reusable && sent {
                borrowed.lease.give_back(now, borrowed.kept);
            }
        }
        self.sleep = None;
    }

    /// The connection is not to be used again.
    #[cold]
    fn broken(&mut self, outcome: Outcome) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        self.borrowed = None;
        self.sleep = None;
        self.ending.broken(outcome);
        Poll::Ready(Some(Err(Broken(outcome))))
    }

    /// Waits for the limit while the upstream is silent.
    #[cold]
    fn poll_limit(&mut self, cx: &mut Context<'_>) -> Poll<Phase> {
        let left = self.limits.total.map(|total| total.since(Moment::now()));
        let (limit, phase) = match (self.limits.idle, left) {
            (Some(idle), Some(left)) if left < idle => (left, Phase::Total),
            (Some(idle), _) => (idle, Phase::Idle),
            (None, Some(left)) => (left, Phase::Total),
            (None, None) => return Poll::Pending,
        };
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        sleep.as_mut().poll(cx).map(|()| phase)
    }
}

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = Broken;

    #[inline]
    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        loop {
            let Some(body) = &mut self.body else { return Poll::Ready(None) };
            return match Pin::new(body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.sleep = None;
                    self.ending.sent(frame.data_ref().map_or(0, Bytes::len));
                    if self.is_end_stream() {
                        self.complete(Moment::now());
                    }
                    if frame.is_trailers() && !self.trailers {
                        continue;
                    }
                    Poll::Ready(Some(Ok(frame)))
                }
                Poll::Ready(None) => {
                    self.complete(Moment::now());
                    Poll::Ready(None)
                }
                Poll::Ready(Some(Err(_))) => self.broken(Outcome::UpstreamAborted),
                Poll::Pending => match self.poll_limit(cx) {
                    Poll::Ready(phase) => self.broken(Outcome::Timeout(phase)),
                    Poll::Pending => Poll::Pending,
                },
            };
        }
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::new, Incoming::size_hint)
    }
}

impl Drop for Received {
    /// A client that leaves a short rest behind costs no connection.
    #[inline]
    fn drop(&mut self) {
        if let Some(borrowed) = self.borrowed.take()
            && let Some(body) = self.body.take()
        {
            rest::discard(body, borrowed);
        }
    }
}

/// Why a reply's body ended before its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Broken(pub(crate) Outcome);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the upstream's reply broke off: {}", self.0.reason())
    }
}

impl std::error::Error for Broken {}
