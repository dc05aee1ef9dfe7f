//! The body of a request as the application gets it: with an eye on how fast it comes and how it ends.
//!
//! Only the time counts that somebody waits for the client: a handler that reads slowly is nobody's fault but its own. What
//! goes wrong is an error to whoever reads, and is remembered for the exchange, which answers the client accordingly if
//! nothing has been sent.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;

use super::pace::{Pace, Waits};
use super::refusal::Refusal;

/// The body of a request that has one.
#[derive(Debug)]
struct RequestBody {
    incoming: Incoming,
    watch: Watch,
}

#[derive(Debug)]
struct Watch {
    ending: Arc<Ending>,
    /// None where a client may take its time between two pieces.
    waits: Option<Waits>,
}

/// How a body ended, for the exchange.
#[derive(Debug, Default)]
pub(super) struct Ending(AtomicU8);

impl Ending {
    const SLOW: u8 = 1;
    const BROKEN: u8 = 2;

    /// What the client is to be told about it.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        match self.0.load(Relaxed) {
            Self::SLOW => Some(Refusal::SlowBody),
            Self::BROKEN => Some(Refusal::BrokenBody),
            _ => None,
        }
    }
}

/// Gives a request its watched body; where there is one, also what tells how it ended.
///
/// The body is changed once, since each time moves the whole request.
#[inline]
pub(super) fn watch(request: Request<Incoming>, pace: Pace) -> (Request<Body>, Option<Arc<Ending>>) {
    let mut ending = None;
    let waits = !request.body().is_end_stream() && !is_grpc(&request);
    let request = request.map(|incoming| {
        if incoming.is_end_stream() {
            return Body::empty();
        }
        let ending = Arc::clone(ending.insert(Arc::default()));
        let watch = Watch { ending, waits: waits.then(|| Waits::new(pace)) };
        Body::new(RequestBody { incoming, watch })
    });
    (request, ending)
}

/// The messages of gRPC come when they come, on a stream that both sides keep open.
fn is_grpc(request: &Request<Incoming>) -> bool {
    request.headers().get(CONTENT_TYPE).is_some_and(|media_type| media_type.as_bytes().starts_with(b"application/grpc"))
}

impl http_body::Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let polled = Pin::new(&mut self.incoming).poll_frame(cx);
        let watch = &mut self.watch;
        Poll::Ready(match polled {
            Poll::Ready(Some(Ok(frame))) => {
                watch.arrived(frame.data_ref().map_or(0, Bytes::len));
                Some(Ok(frame))
            }
            Poll::Ready(Some(Err(error))) => {
                watch.ending.0.store(Ending::BROKEN, Relaxed);
                Some(Err(BodyError::Broken(error)))
            }
            Poll::Ready(None) => None,
            Poll::Pending => {
                ready!(watch.poll_late(cx));
                watch.ending.0.store(Ending::SLOW, Relaxed);
                Some(Err(BodyError::Slow))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Watch {
    fn arrived(&mut self, bytes: usize) {
        if let Some(waits) = &mut self.waits {
            waits.arrived(bytes);
        }
    }

    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.waits.as_mut().map_or(Poll::Pending, |waits| waits.poll_late(cx))
    }
}

/// Why a body was not read to its end.
#[derive(Debug)]
pub(super) enum BodyError {
    /// The client sent too little for too long; it is answered with 408.
    Slow,
    /// The client left, or broke the rules of framing; if it is there still, it is answered with 400.
    Broken(hyper::Error),
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Slow => "the body of the request came too slowly",
            Self::Broken(_) => "the body of the request could not be read to its end",
        })
    }
}

impl std::error::Error for BodyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Slow => None,
            Self::Broken(error) => Some(error),
        }
    }
}
