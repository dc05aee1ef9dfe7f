//! Bodies on their way through: what the upstream is sent, and what the client gets back.
//!
//! Each frame is asked for only when the other side takes one, so a slow reader slows down the sender, and nothing is held
//! but what is under way.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::Sleep;

use crate::gateway::outcome::{Outcome, Phase};
use crate::gateway::pool::Lease;
use crate::gateway::time::Moment;

/// The body of a request, as the connection to the upstream takes it.
pub(crate) enum Outgoing {
    Empty,
    /// Passed on as it comes.
    Streamed {
        body: Body,
        progress: Arc<Progress>,
    },
}

/// How far a request's body has come.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    state: AtomicU8,
    /// When a frame was last taken, in microseconds.
    last: AtomicU64,
}

impl Progress {
    const UNTOUCHED: u8 = 0;
    const WAITING: u8 = 1;
    const MOVING: u8 = 2;
    const DONE: u8 = 3;
    const BROKEN: u8 = 4;

    /// Whether none of the body was asked for yet.
    pub(crate) fn is_untouched(&self) -> bool {
        self.state.load(Relaxed) == Self::UNTOUCHED
    }

    /// Whether the upstream wants more and the client has not sent it.
    pub(crate) fn waits_for_client(&self) -> bool {
        self.state.load(Relaxed) == Self::WAITING
    }

    /// Whether all of it was handed over.
    pub(crate) fn is_done(&self) -> bool {
        self.state.load(Relaxed) == Self::DONE
    }

    /// Whether it broke off on the client's side.
    pub(crate) fn is_broken(&self) -> bool {
        self.state.load(Relaxed) == Self::BROKEN
    }

    /// When the last frame was handed over.
    pub(crate) fn last(&self) -> Moment {
        Moment::from_micros(self.last.load(Relaxed))
    }

    fn note(&self, polled: &Poll<Option<Result<Frame<Bytes>, axum::Error>>>, ended: bool) {
        let state = match polled {
            Poll::Pending => Self::WAITING,
            Poll::Ready(Some(Ok(_))) if !ended => Self::MOVING,
            Poll::Ready(Some(Ok(_)) | None) => Self::DONE,
            Poll::Ready(Some(Err(_))) => Self::BROKEN,
        };
        if polled.is_ready() {
            self.last.store(Moment::now().as_micros(), Relaxed);
        }
        self.state.store(state, Relaxed);
    }
}

impl Outgoing {
    pub(crate) fn of(body: Body) -> (Self, Option<Arc<Progress>>) {
        if body.is_end_stream() {
            return (Self::Empty, None);
        }
        let progress = Arc::new(Progress::default());
        (Self::Streamed { body, progress: Arc::clone(&progress) }, Some(progress))
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = axum::Error;

    #[inline]
    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Streamed { body, progress } => {
                let polled = Pin::new(&mut *body).poll_frame(cx);
                progress.note(&polled, body.is_end_stream());
                polled
            }
        }
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Streamed { body, .. } => body.is_end_stream(),
        }
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Streamed { body, .. } => body.size_hint(),
        }
    }
}

/// What is to be done when an exchange is over.
pub(crate) trait Finish: Send + 'static {
    fn finish(&mut self, outcome: Outcome);
}

/// The body of a reply on its way to the client: it ends the exchange, and gives the connection back.
pub(crate) struct Received {
    body: Incoming,
    lease: Option<(Lease, Option<Duration>)>,
    /// Whether the request was handed over whole, so that the connection is free once the reply is.
    sent: Option<Arc<Progress>>,
    idle: Option<Duration>,
    total: Option<Moment>,
    /// Made when the upstream first lets us wait.
    sleep: Option<Pin<Box<Sleep>>>,
    trailers: bool,
}

impl Received {
    pub(crate) fn new(
        body: Incoming,
        lease: Option<(Lease, Option<Duration>)>,
        sent: Option<Arc<Progress>>,
        idle: Option<Duration>,
        total: Option<Moment>,
        trailers: bool,
    ) -> Self {
        let mut received = Self { body, lease, sent, idle, total, sleep: None, trailers };
        if received.body.is_end_stream() {
            received.complete();
        }
        received
    }

    /// The reply is whole.
    fn complete(&mut self) {
        if let Some((lease, kept)) = self.lease.take()
            && self.sent.as_ref().is_none_or(|sent| sent.is_done())
        {
            lease.give_back(Moment::now(), kept);
        }
        self.sleep = None;
    }

    /// The connection is not to be used again.
    fn broken(&mut self) {
        self.lease = None;
        self.sleep = None;
    }

    /// Waits for the limit while the upstream is silent.
    fn poll_limit(&mut self, cx: &mut Context<'_>) -> Poll<Phase> {
        if self.idle.is_none() && self.total.is_none() {
            return Poll::Pending;
        }
        let now = Moment::now();
        let left = self.total.map(|total| total.since(now));
        let (limit, phase) = match (self.idle, left) {
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
            return match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.sleep = None;
                    if self.body.is_end_stream() {
                        self.complete();
                    }
                    if frame.is_trailers() && !self.trailers {
                        continue;
                    }
                    Poll::Ready(Some(Ok(frame)))
                }
                Poll::Ready(None) => {
                    self.complete();
                    Poll::Ready(None)
                }
                Poll::Ready(Some(Err(_))) => {
                    self.broken();
                    Poll::Ready(Some(Err(Broken(Outcome::UpstreamAborted))))
                }
                Poll::Pending => match self.poll_limit(cx) {
                    Poll::Ready(phase) => {
                        self.broken();
                        Poll::Ready(Some(Err(Broken(Outcome::Timeout(phase)))))
                    }
                    Poll::Pending => Poll::Pending,
                },
            };
        }
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
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
