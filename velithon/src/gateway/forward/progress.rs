//! How far the body of a request has come, as the exchange sees it from outside of the connection that sends it.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::task::Poll;

use bytes::Bytes;
use http_body::Frame;

use crate::gateway::time::Moment;

/// How far a request's body has come; written by the connection's task, read by the exchange.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    state: AtomicU8,
    /// When a frame was last taken, in microseconds.
    last: AtomicU64,
    /// Bytes that were handed over.
    bytes: AtomicU64,
}

const UNTOUCHED: u8 = 0;
const WAITING: u8 = 1;
const MOVING: u8 = 2;
const DONE: u8 = 3;
const BROKEN: u8 = 4;
const TOO_LARGE: u8 = 5;

impl Progress {
    /// Whether the upstream wants more and the client has not sent it.
    pub(crate) fn waits_for_client(&self) -> bool {
        self.is(WAITING)
    }

    /// Whether all of it was handed over.
    pub(crate) fn is_done(&self) -> bool {
        self.is(DONE)
    }

    /// Whether it broke off on the client's side.
    pub(crate) fn is_broken(&self) -> bool {
        self.is(BROKEN)
    }

    /// Whether it was longer than it may be.
    pub(crate) fn is_too_large(&self) -> bool {
        self.is(TOO_LARGE)
    }

    /// When a frame was last handed over; the epoch when none was.
    pub(crate) fn last(&self) -> Moment {
        Moment::from_micros(self.last.load(Relaxed))
    }

    /// Bytes that were handed over.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }

    pub(super) fn too_large(&self) {
        self.state.store(TOO_LARGE, Relaxed);
    }

    pub(super) fn note<E>(&self, polled: &Poll<Option<Result<Frame<Bytes>, E>>>, ended: bool) {
        let state = match polled {
            Poll::Pending => WAITING,
            Poll::Ready(Some(Ok(_))) if !ended => MOVING,
            Poll::Ready(Some(Ok(_)) | None) => DONE,
            Poll::Ready(Some(Err(_))) => BROKEN,
        };
        if let Poll::Ready(Some(Ok(frame))) = polled
            && let Some(data) = frame.data_ref()
        {
            // Written by the connection's task alone.
            self.bytes.store(self.bytes.load(Relaxed) + data.len() as u64, Relaxed);
        }
        if polled.is_ready() {
            self.last.store(Moment::now().as_micros(), Relaxed);
        }
        // A body that is asked again after its end has ended all the same.
        if self.state.load(Relaxed) < DONE {
            self.state.store(state, Relaxed);
        }
    }

    fn is(&self, state: u8) -> bool {
        self.state.load(Relaxed) == state
    }
}

impl Progress {
    /// The state of one that nobody has asked for yet.
    pub(crate) fn is_untouched(&self) -> bool {
        self.is(UNTOUCHED)
    }
}
