//! The body of a request, as the connection to the upstream takes it: one type, so that nothing is boxed on the way.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};

use super::expect::Gate;
use super::progress::Progress;
use super::replay::{Reading, Replay};
use super::trailers;

/// The body of a request, as the connection to the upstream takes it.
pub(crate) enum Outgoing {
    Empty,
    Streamed(Streamed),
}

/// A body that passes frame by frame.
pub(crate) struct Streamed {
    source: Source,
    /// Holds it back until the upstream asks for it.
    gate: Option<Arc<Gate>>,
    /// Bytes that may still pass.
    left: Option<u64>,
    progress: Arc<Progress>,
}

enum Source {
    Direct(Body),
    Replayed(Reading),
}

/// What an exchange has of a request's body between its attempts.
pub(crate) enum Load {
    Empty,
    /// It passes once.
    Once(Body),
    /// It has passed, or is with an attempt.
    Gone,
    /// It can be sent again, as long as all of it is kept.
    Again(Arc<Replay>),
}

impl Load {
    /// A body; `again` where another attempt may want it once more.
    #[inline]
    pub(crate) fn new(body: Body, again: bool) -> Self {
        match (body.is_end_stream(), again) {
            (true, _) => Self::Empty,
            (false, false) => Self::Once(body),
            (false, true) => Self::Again(Replay::new(body)),
        }
    }

    /// Whether the next attempt would have all of it.
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::Empty | Self::Once(_) => true,
            Self::Gone => false,
            Self::Again(replay) => replay.is_whole(),
        }
    }

    /// The body for one attempt, and how far it comes.
    #[inline]
    pub(crate) fn take(&mut self, gate: Option<&Arc<Gate>>, left: Option<u64>) -> (Outgoing, Option<Arc<Progress>>) {
        let source = match self {
            Self::Empty | Self::Gone => return (Outgoing::Empty, None),
            Self::Again(replay) => Source::Replayed(Reading::new(Arc::clone(replay))),
            Self::Once(_) => match std::mem::replace(self, Self::Gone) {
                Self::Once(body) => Source::Direct(body),
                _ => return (Outgoing::Empty, None),
            },
        };
        let progress = Arc::new(Progress::default());
        let streamed = Streamed { source, gate: gate.cloned(), left, progress: Arc::clone(&progress) };
        (Outgoing::Streamed(streamed), Some(progress))
    }

    /// Takes back what an attempt has not touched.
    pub(crate) fn give_back(&mut self, body: Outgoing) {
        if let Outgoing::Streamed(Streamed { source: Source::Direct(body), progress, .. }) = body
            && progress.is_untouched()
        {
            *self = Self::Once(body);
        }
    }
}

impl Streamed {
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, OutgoingError>>> {
        if let Some(gate) = &self.gate {
            ready!(gate.poll_open(cx));
            self.gate = None;
        }
        let polled = match &mut self.source {
            Source::Direct(body) => Pin::new(body).poll_frame(cx),
            Source::Replayed(reading) => reading.poll_frame(cx),
        };
        self.progress.note(&polled, self.source.is_end_stream());
        let polled = trailers::without_forbidden(polled);
        if let (Some(left), Poll::Ready(Some(Ok(frame)))) = (&mut self.left, &polled) {
            let length = frame.data_ref().map_or(0, |data| data.len() as u64);
            match left.checked_sub(length) {
                Some(rest) => *left = rest,
                None => {
                    self.progress.too_large();
                    return Poll::Ready(Some(Err(OutgoingError::TooLarge)));
                }
            }
        }
        polled.map_err(OutgoingError::Client)
    }
}

impl Source {
    #[inline]
    fn is_end_stream(&self) -> bool {
        match self {
            Self::Direct(body) => body.is_end_stream(),
            Self::Replayed(reading) => reading.is_end_stream(),
        }
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = OutgoingError;

    #[inline]
    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, OutgoingError>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Streamed(streamed) => streamed.poll_frame(cx),
        }
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Streamed(streamed) => streamed.source.is_end_stream(),
        }
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Streamed(Streamed { source: Source::Direct(body), .. }) => body.size_hint(),
            Self::Streamed(Streamed { source: Source::Replayed(reading), .. }) => reading.size_hint(),
        }
    }
}

/// Why the body of a request ended before its end.
#[derive(Debug)]
pub(crate) enum OutgoingError {
    /// The client went away, or sent something that is no body.
    Client(axum::Error),
    /// It is longer than it may be.
    TooLarge,
}

impl fmt::Display for OutgoingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => write!(f, "the client's body broke off: {error}"),
            Self::TooLarge => f.write_str("the client's body is longer than it may be"),
        }
    }
}

impl std::error::Error for OutgoingError {}
