//! What the parts of one connection share: its service, its peer, and what it is doing at the moment.
//!
//! hyper owns the socket, the service and the body of a reply, each in a place of its own. Each tells the [`Pulse`] what
//! it sees; the [`Vigil`](super::vigil) reads it and keeps the time. One `Arc` per connection, cloned once per request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering::Relaxed};

use tokio::sync::OwnedSemaphorePermit;

use super::shutdown::{Held, Kind};
use super::worker::{Stage, Worker};
use crate::peer::Peer;

/// Everything about a connection that outlives a single request.
#[derive(Debug)]
pub(super) struct Link<S> {
    pub(super) service: S,
    pub(super) peer: Peer,
    pub(super) worker: Arc<Worker>,
    pub(super) pulse: Pulse,
    held: Held,
    _seat: OwnedSemaphorePermit,
}

impl<S> Link<S> {
    pub(super) fn new(service: S, peer: Peer, worker: Arc<Worker>, seat: OwnedSemaphorePermit) -> Self {
        let held = worker.shutdown.hold(Kind::Connection);
        Self { service, peer, worker, pulse: Pulse::default(), held, _seat: seat }
    }

    /// Says that the connection no longer speaks HTTP/1, so that the end counts it as what it is.
    pub(super) fn upgraded(&self) {
        // One stream that never ends: whoever speaks now keeps its own time and flushes when it wants to.
        self.pulse.stream_began();
        self.pulse.pipelined.store(false, Relaxed);
        self.held.turn(Kind::Upgrade);
    }

    /// Whether the server is closing, so that a reply should be the last one.
    #[inline]
    pub(super) fn is_closing(&self) -> bool {
        self.worker.stage() >= Stage::Closing
    }
}

/// What an HTTP/1 connection does, or an HTTP/2 connection as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// No request; since a moment the vigil has not looked at yet.
    IdleNew,
    /// No request.
    Idle,
    /// A head has begun; since a moment the vigil has not looked at yet.
    HeadNew,
    /// A head has begun and is not complete.
    Head,
    /// A request is with the application, or its reply is on the way.
    Busy,
}

impl Phase {
    fn of(byte: u8) -> Self {
        match byte {
            0 => Self::IdleNew,
            1 => Self::Idle,
            2 => Self::HeadNew,
            3 => Self::Head,
            _ => Self::Busy,
        }
    }

    pub(super) fn is_idle(self) -> bool {
        matches!(self, Self::IdleNew | Self::Idle)
    }

    pub(super) fn is_head(self) -> bool {
        matches!(self, Self::HeadNew | Self::Head)
    }
}

/// The phase of a connection, told by whoever sees it change.
///
/// Relaxed throughout: HTTP/1 happens in one task, and for HTTP/2 a late look only delays an idle timeout.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    phase: AtomicU8,
    /// The last bytes read while no request was under way ended in the middle of a head.
    open_end: AtomicBool,
    /// The last request came without a body and with more bytes behind it: the next head has begun already.
    next_began: AtomicBool,
    had_body: AtomicBool,
    /// Bytes have arrived since the last request began.
    refilled: AtomicBool,
    /// The last request was read together with the one before.
    pipelined: AtomicBool,
    streams: AtomicUsize,
    /// One of the three below.
    sending: AtomicU8,
    to_be_reset: AtomicBool,
}

/// Nothing waits to be sent.
const FREE: u8 = 0;
/// The socket takes no more; since a moment the vigil has not looked at yet.
const STUCK_NEW: u8 = 1;
/// The socket takes no more.
const STUCK: u8 = 2;

impl Pulse {
    #[inline]
    pub(super) fn phase(&self) -> Phase {
        Phase::of(self.phase.load(Relaxed))
    }

    #[inline]
    pub(super) fn set(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
    }

    /// Bytes have arrived.
    #[inline]
    pub(super) fn read(&self, bytes: &[u8]) {
        let phase = self.phase();
        self.refilled.store(true, Relaxed);
        if phase == Phase::Busy {
            return;
        }
        // Shorter than the mark it looks for, the end may have been cut off by the network: then it says nothing.
        self.open_end.store(bytes.len() >= 3 && !ends_head(bytes), Relaxed);
        if phase.is_idle() {
            self.set(Phase::HeadNew);
        }
    }

    /// Bytes have been written: a client that still takes them in is not idle.
    #[inline]
    pub(super) fn wrote(&self) {
        if self.phase() == Phase::Idle {
            self.set(Phase::IdleNew);
        }
    }

    /// The socket has taken bytes, or takes none for now.
    #[inline]
    pub(super) fn takes(&self, some: bool) {
        let sending = self.sending.load(Relaxed);
        if some && sending != FREE {
            self.sending.store(FREE, Relaxed);
        } else if !some && sending == FREE {
            self.sending.store(STUCK_NEW, Relaxed);
        }
    }

    /// Whether bytes wait that the client does not take in.
    pub(super) fn is_stuck(&self) -> bool {
        self.sending.load(Relaxed) != FREE
    }

    /// The same, if the vigil has not been told yet.
    #[inline]
    pub(super) fn is_newly_stuck(&self) -> bool {
        self.sending.load(Relaxed) == STUCK_NEW
    }

    /// The vigil knows that bytes wait.
    pub(super) fn watch_stuck(&self) {
        self.sending.store(STUCK, Relaxed);
    }

    /// Lets the socket be reset when it is dropped.
    pub(super) fn reset(&self) {
        self.to_be_reset.store(true, Relaxed);
    }

    pub(super) fn is_to_be_reset(&self) -> bool {
        self.to_be_reset.load(Relaxed)
    }

    /// A head is complete and the application has the request.
    #[inline]
    pub(super) fn called(&self, bodyless: bool) {
        self.pipelined.store(!self.refilled.load(Relaxed), Relaxed);
        self.refilled.store(false, Relaxed);
        self.had_body.store(!bodyless, Relaxed);
        self.next_began.store(bodyless && self.open_end.load(Relaxed), Relaxed);
        self.set(Phase::Busy);
    }

    /// The last byte of a reply was handed over.
    #[inline]
    pub(super) fn replied(&self) {
        if self.streams.load(Relaxed) == 0 {
            self.set(if self.next_began.load(Relaxed) { Phase::HeadNew } else { Phase::IdleNew });
        }
    }

    /// Whether the last request was read together with the one before, so that their replies may travel together.
    #[inline]
    pub(super) fn is_pipelined(&self) -> bool {
        self.pipelined.load(Relaxed)
    }

    /// Whether the last request came with a body, read or not.
    pub(super) fn had_body(&self) -> bool {
        self.had_body.load(Relaxed)
    }

    /// Whether a request is under way that is no stream of HTTP/2.
    pub(super) fn is_busy_alone(&self) -> bool {
        self.phase() == Phase::Busy && self.streams.load(Relaxed) == 0
    }

    /// An HTTP/2 request has begun.
    pub(super) fn stream_began(&self) {
        self.streams.fetch_add(1, Relaxed);
        self.set(Phase::Busy);
    }

    /// An HTTP/2 request has ended.
    pub(super) fn stream_ended(&self) {
        if self.streams.fetch_sub(1, Relaxed) == 1 {
            self.set(Phase::IdleNew);
        }
    }
}

/// Whether bytes end with the empty line that ends a head (RFC 9112, section 2.1; a lone LF is taken too).
#[inline]
fn ends_head(bytes: &[u8]) -> bool {
    bytes.ends_with(b"\n\r\n") || bytes.ends_with(b"\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_on_an_idle_connection_begin_a_head() {
        let pulse = Pulse::default();
        pulse.read(b"GET / HT");
        assert_eq!(pulse.phase(), Phase::HeadNew);
        pulse.called(true);
        assert_eq!(pulse.phase(), Phase::Busy);
    }

    #[test]
    fn half_a_head_behind_a_request_counts_from_the_reply_on() {
        let pulse = Pulse::default();
        pulse.read(b"GET / HTTP/1.1\r\n\r\nGET /ne");
        pulse.called(true);
        pulse.replied();
        assert_eq!(pulse.phase(), Phase::HeadNew);
    }

    #[test]
    fn a_body_behind_a_head_is_not_taken_for_the_next_head() {
        let pulse = Pulse::default();
        pulse.read(b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nab");
        pulse.called(false);
        pulse.replied();
        assert_eq!(pulse.phase(), Phase::IdleNew);
    }

    #[test]
    fn an_end_of_head_cut_by_the_network_leaves_an_idle_connection() {
        let pulse = Pulse::default();
        pulse.read(b"GET / HTTP/1.1\r\n\r");
        pulse.read(b"\n");
        pulse.called(true);
        pulse.replied();
        assert_eq!(pulse.phase(), Phase::IdleNew);
    }

    #[test]
    fn only_a_request_that_was_read_with_an_earlier_one_is_pipelined() {
        let pulse = Pulse::default();
        let mut seen = Vec::new();
        for arrives in [true, false, false, true] {
            if arrives {
                pulse.read(b"GET / HTTP/1.1\r\n\r\n");
            }
            pulse.called(true);
            seen.push(pulse.is_pipelined());
            pulse.replied();
        }
        assert_eq!(seen, [false, true, true, false]);
    }

    #[test]
    fn a_connection_is_busy_until_its_last_stream_ends() {
        let pulse = Pulse::default();
        pulse.stream_began();
        pulse.stream_began();
        pulse.stream_ended();
        assert_eq!(pulse.phase(), Phase::Busy);
        pulse.stream_ended();
        assert_eq!(pulse.phase(), Phase::IdleNew);
    }
}
