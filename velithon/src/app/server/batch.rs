//! Sends the replies to pipelined requests together.
//!
//! hyper writes each reply by itself, one system call and one packet at a time. Its own remedy (`pipeline_flush`) never
//! flushes while another request waits, so a stream of events stalls behind one, and it buffers without a bound. Here a
//! reply is held back only when its request was read together with an earlier one, and never beyond the turn of its task:
//! a flush that is put off wakes the task, and the next flush finds nothing new and writes.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

/// Bytes held back at most; what does not fit is written at once.
const LIMIT: usize = 16 * 1024;

/// Bytes that hyper has written and the socket has not.
#[derive(Debug, Default)]
pub(super) struct Batch {
    held: Vec<u8>,
    written: usize,
    grown: bool,
}

impl Batch {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// The bytes that are still to be written.
    pub(super) fn left(&self) -> &[u8] {
        &self.held[self.written..]
    }

    /// Takes these bytes if there is room; says how many they are.
    pub(super) fn take(&mut self, bufs: &[IoSlice<'_>]) -> Option<usize> {
        let length = bufs.iter().map(|buf| buf.len()).sum();
        if self.held.len() + length > LIMIT {
            return None;
        }
        bufs.iter().for_each(|buf| self.held.extend_from_slice(buf));
        self.grown = true;
        Some(length)
    }

    /// Whether a flush may be put off; the task has been woken then, so that another one follows.
    pub(super) fn put_off(&mut self, cx: &Context<'_>) -> bool {
        let grown = std::mem::take(&mut self.grown);
        if grown {
            cx.waker().wake_by_ref();
        }
        grown
    }

    /// Writes everything that is held.
    pub(super) fn poll_write_out(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut (impl AsyncWrite + Unpin),
    ) -> Poll<io::Result<()>> {
        while self.written < self.held.len() {
            match ready!(Pin::new(&mut *socket).poll_write(cx, &self.held[self.written..]))? {
                0 => return Poll::Ready(Err(ErrorKind::WriteZero.into())),
                count => self.written += count,
            }
        }
        self.held.clear();
        (self.written, self.grown) = (0, false);
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[test]
    fn a_flush_is_put_off_once_for_new_bytes() {
        let mut batch = Batch::default();
        let cx = Context::from_waker(Waker::noop());
        assert_eq!(batch.take(&[IoSlice::new(b"ab"), IoSlice::new(b"c")]), Some(3));
        assert!(batch.put_off(&cx));
        assert!(!batch.put_off(&cx));
    }

    #[test]
    fn what_exceeds_the_limit_is_not_held() {
        let mut batch = Batch::default();
        assert_eq!(batch.take(&[IoSlice::new(&[0; LIMIT])]), Some(LIMIT));
        assert_eq!(batch.take(&[IoSlice::new(b"x")]), None);
    }

    #[test]
    fn everything_held_is_written_in_order() {
        let (mut batch, mut socket) = (Batch::default(), Vec::new());
        let mut cx = Context::from_waker(Waker::noop());
        batch.take(&[IoSlice::new(b"ab")]);
        batch.take(&[IoSlice::new(b"c")]);
        assert!(batch.poll_write_out(&mut cx, &mut socket).is_ready());
        assert!(batch.is_empty());
        assert_eq!(socket, b"abc");
    }
}
