//! How a request ended, for those who asked on its way in: the access log and the metrics.
//!
//! A middleware sees a reply before its problem was styled, before `HEAD` lost its body, and long before a stream is
//! over. So it only leaves a note on the request ([`Notes`]), and the edge of the application, which sees the final
//! status and the last byte, tells the end to whoever left one ([`Ending`]). Every request ends exactly once: with the
//! end of its body, or when its future or its body is dropped.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http_body::{Body as _, Frame, SizeHint};

use crate::metrics::http::{Begun, Measures};
use crate::middleware::builtin::access_log::{Line, UpstreamFields};
use crate::peer::{AfterReply, Waiting};
use crate::reply::Problem;

/// What middleware wants to be told at the end of a request.
pub(crate) struct Notes {
    begun: Instant,
    pub(crate) line: OnceLock<Line>,
    pub(crate) measured: OnceLock<Begun>,
    /// How its exchange with an upstream ended, when it was sent on to one.
    #[cfg(feature = "gateway")]
    pub(crate) forwarded: OnceLock<crate::gateway::Forwarded>,
    /// Bytes of the request's body that were read.
    received: AtomicU64,
    /// Who waits until the reply has been sent.
    after: Mutex<Vec<Arc<dyn AfterReply>>>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    /// Nothing when there was no reply yet.
    pub(crate) status: Option<StatusCode>,
    /// Bytes of the reply's body that were handed to the connection.
    pub(crate) sent: u64,
    /// From the request to its reply's head.
    pub(crate) first_byte: Option<Duration>,
    /// From the request to the end.
    pub(crate) took: Duration,
    /// Whether the client did not get the whole reply.
    pub(crate) aborted: bool,
}

impl std::fmt::Debug for Notes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notes").field("begun", &self.begun).finish_non_exhaustive()
    }
}

impl Notes {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            begun: Instant::now(),
            line: OnceLock::new(),
            measured: OnceLock::new(),
            #[cfg(feature = "gateway")]
            forwarded: OnceLock::new(),
            received: AtomicU64::new(0),
            after: Mutex::default(),
        })
    }

    /// Tells somebody when the reply has been sent.
    #[cfg(feature = "tasks")]
    pub(crate) fn after_reply(&self, who: Arc<dyn AfterReply>) {
        self.after.lock().unwrap_or_else(PoisonError::into_inner).push(who);
    }

    /// Lets the reply carry those who wait for its end.
    pub(crate) fn carry(&self, reply: &mut Response) {
        let waiting = std::mem::take(&mut *self.after.lock().unwrap_or_else(PoisonError::into_inner));
        if !waiting.is_empty() {
            reply.extensions_mut().insert(Waiting::new(waiting));
        }
    }

    /// What the log says of the upstream.
    fn upstream(&self) -> UpstreamFields<'_> {
        #[cfg(feature = "gateway")]
        if let Some(forwarded) = self.forwarded.get() {
            return forwarded.fields();
        }
        UpstreamFields::default()
    }

    /// Counts the bytes of the request's body as they are read: what a field says of its length is only a claim.
    pub(crate) fn count(self: &Arc<Self>, request: Request) -> Request {
        if request.body().is_end_stream() {
            return request;
        }
        let notes = Arc::clone(self);
        request.map(|body| Body::new(Received { body, notes }))
    }
}

/// The error that a reply stands for, before it gets its final form.
pub(crate) fn error_of(reply: &Response) -> Cow<'static, str> {
    match reply.extensions().get::<Problem>() {
        Some(problem) => match &problem.title {
            Some(title) => title.clone(),
            None => Cow::Borrowed(problem.status.canonical_reason().unwrap_or("error")),
        },
        None if reply.status().is_server_error() => Cow::Borrowed(reply.status().canonical_reason().unwrap_or("error")),
        None => Cow::Borrowed(""),
    }
}

/// Tells the end of one request, when it is there or when this is dropped.
pub(crate) struct Ending {
    notes: Arc<Notes>,
    status: Option<StatusCode>,
    error: Cow<'static, str>,
    first_byte: Option<Duration>,
    sent: u64,
    told: bool,
}

impl Ending {
    pub(crate) fn of(notes: Arc<Notes>) -> Self {
        let error = Cow::Borrowed("disconnected");
        Self { notes, status: None, error, first_byte: None, sent: 0, told: false }
    }

    /// Waits for the end of the final reply's body.
    pub(crate) fn follow(mut self, reply: Response, error: Cow<'static, str>) -> Response {
        if self.notes.line.get().is_none() && self.notes.measured.get().is_none() {
            self.told = true;
            return reply;
        }
        self.status = Some(reply.status());
        self.error = error;
        self.first_byte = Some(self.notes.begun.elapsed());
        if reply.body().is_end_stream() || is_bodyless(reply.status()) {
            self.tell(false);
            return reply;
        }
        let expected = reply.body().size_hint().exact();
        reply.map(|body| Body::new(Sent { body, expected, ending: self }))
    }

    fn tell(&mut self, aborted: bool) {
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        let took = self.notes.begun.elapsed();
        let Self { status, first_byte, sent, .. } = *self;
        if let Some(line) = self.notes.line.get() {
            line.write(&End { status, sent, first_byte, took, aborted }, &self.notes.upstream());
        }
        if let Some(measured) = self.notes.measured.get() {
            let received = self.notes.received.load(Relaxed);
            measured.end(&Measures { status, error: &self.error, took, received, sent });
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.tell(true);
    }
}

/// Replies whose body is never sent (RFC 9110, section 6.4.1).
fn is_bodyless(status: StatusCode) -> bool {
    status.is_informational() || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// The body of a reply on its way out.
struct Sent {
    body: Body,
    /// The server stops asking once it has as many bytes.
    expected: Option<u64>,
    ending: Ending,
}

impl http_body::Body for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Some(Ok(frame))) => {
                self.ending.sent += length(frame);
                if self.body.is_end_stream() || self.expected == Some(self.ending.sent) {
                    self.ending.tell(false);
                }
            }
            Poll::Ready(Some(Err(_))) => {
                self.ending.error = Cow::Borrowed("body");
                self.ending.tell(true);
            }
            Poll::Ready(None) => self.ending.tell(false),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a request on its way in.
struct Received {
    body: Body,
    notes: Arc<Notes>,
}

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.notes.received.fetch_add(length(frame), Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn length(frame: &Frame<Bytes>) -> u64 {
    frame.data_ref().map_or(0, |data| data.len() as u64)
}
