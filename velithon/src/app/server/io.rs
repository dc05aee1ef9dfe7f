//! The socket as hyper sees it: every read and write also tells the connection's pulse.
//!
//! Bytes pass through untouched, but for replies to pipelined requests, which are sent in a [`Batch`]. No clock is read here and no timer is set: that is the [`vigil`](super::vigil)'s.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::batch::Batch;
use super::link::Link;
use super::transport::Transport;

/// What an HTTP/2 client says first (RFC 9113, section 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A version of HTTP a connection can begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Http1,
    Http2,
}

/// The socket of one connection, with the link whose pulse it feeds.
///
/// It lives as long as somebody speaks over it, upgraded connections included, and keeps the link alive with it.
pub(super) struct Io<S> {
    transport: Transport,
    link: Arc<Link<S>>,
    batch: Batch,
    /// Bytes that were read before hyper asked for any; it gets them first.
    early: Vec<u8>,
    replayed: usize,
    watched: bool,
}

impl<S> Io<S> {
    pub(super) fn new(transport: Transport, link: Arc<Link<S>>) -> Self {
        Self { transport, link, batch: Batch::default(), early: Vec::new(), replayed: 0, watched: true }
    }

    /// Reads just enough to tell the versions apart; hyper gets the bytes again. None when the client left first.
    pub(super) fn poll_version(&mut self, cx: &mut Context<'_>) -> Poll<Option<Version>> {
        while let Some(expected) = PREFACE.get(self.early.len()..).filter(|rest| !rest.is_empty()) {
            let begin = self.early.len();
            if ready!(self.poll_early(cx, expected.len())) == 0 {
                return Poll::Ready(None);
            }
            if !expected.starts_with(&self.early[begin..]) {
                return Poll::Ready(Some(Version::Http1));
            }
        }
        Poll::Ready(Some(Version::Http2))
    }

    /// Waits for the next request of a connection that hyper has let go; none when the client has left.
    pub(super) fn poll_begin(&mut self, cx: &mut Context<'_>) -> Poll<Option<()>> {
        if !self.early.is_empty() {
            return Poll::Ready(Some(()));
        }
        if ready!(self.poll_batch(cx)).is_err() {
            return Poll::Ready(None);
        }
        self.poll_early(cx, PREFACE.len()).map(|count| (count > 0).then_some(()))
    }

    /// Reads some bytes, with no more memory than they need; says how many, none at the end and after an error.
    fn poll_early(&mut self, cx: &mut Context<'_>, most: usize) -> Poll<usize> {
        let mut space = [0; PREFACE.len()];
        let mut buf = ReadBuf::new(&mut space[..most]);
        if ready!(Pin::new(&mut self.transport).poll_read(cx, &mut buf)).is_err() {
            return Poll::Ready(0);
        }
        let bytes = buf.filled();
        if !bytes.is_empty() {
            self.link.pulse.read(bytes);
            self.early.extend_from_slice(bytes);
        }
        Poll::Ready(bytes.len())
    }

    /// Lets the next reads find what hyper has read and not used.
    pub(super) fn give_back(&mut self, unused: &[u8]) {
        if !unused.is_empty() {
            self.link.pulse.read(unused);
            self.early.extend_from_slice(unused);
        }
    }

    /// Stops telling the pulse: in HTTP/2 the streams speak for themselves.
    pub(super) fn unwatched(mut self) -> Self {
        self.watched = false;
        self
    }

    /// Lets the next read find `head` instead of what the client sent.
    pub(super) fn pretend(mut self, head: &[u8]) -> Self {
        (self.early, self.replayed) = (head.to_vec(), 0);
        self.unwatched()
    }

    #[inline]
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.batch.is_empty() {
            return Poll::Ready(Ok(()));
        }
        let polled = self.batch.poll_write_out(cx, &mut self.transport);
        self.link.pulse.takes(polled.is_ready());
        polled
    }

    /// Keeps the reply to a pipelined request for the next one, if there is room; says how many bytes it has.
    #[inline]
    fn batched(&mut self, bufs: &[IoSlice<'_>]) -> Option<usize> {
        if self.link.pulse.is_pipelined() { self.batch.take(bufs) } else { None }
    }

    /// Tells the pulse whether the client takes what is sent.
    #[inline]
    fn told(&self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.link.pulse.takes(polled.is_ready());
        if self.watched && polled.is_ready() {
            self.link.pulse.wrote();
        }
        polled
    }

    fn replay(&mut self, buf: &mut ReadBuf<'_>) {
        let bytes = &self.early[self.replayed..];
        let count = bytes.len().min(buf.remaining());
        buf.put_slice(&bytes[..count]);
        self.replayed += count;
        if self.replayed == self.early.len() {
            (self.early, self.replayed) = (Vec::new(), 0);
        }
    }
}

impl<S> AsyncRead for Io<S>
where
    Self: Unpin,
{
    #[inline]
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.early.is_empty() {
            self.replay(buf);
            return Poll::Ready(Ok(()));
        }
        // Whoever waits for the next request has its replies; a client that does not take them in may send on.
        if let Poll::Ready(Err(error)) = self.poll_batch(cx) {
            return Poll::Ready(Err(error));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.transport).poll_read(cx, buf))?;
        if self.watched && buf.filled().len() > before {
            self.link.pulse.read(&buf.filled()[before..]);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S> AsyncWrite for Io<S>
where
    Self: Unpin,
{
    #[inline]
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(length) = self.batched(&[IoSlice::new(buf)]) {
            return Poll::Ready(Ok(length));
        }
        ready!(self.poll_batch(cx))?;
        let polled = Pin::new(&mut self.transport).poll_write(cx, buf);
        self.told(polled)
    }

    #[inline]
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Some(length) = self.batched(bufs) {
            return Poll::Ready(Ok(length));
        }
        ready!(self.poll_batch(cx))?;
        let polled = Pin::new(&mut self.transport).poll_write_vectored(cx, bufs);
        self.told(polled)
    }

    #[inline]
    fn is_write_vectored(&self) -> bool {
        self.transport.is_write_vectored()
    }

    #[inline]
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.batch.is_empty() {
            if self.link.pulse.is_pipelined() && self.batch.put_off(cx) {
                return Poll::Ready(Ok(()));
            }
            ready!(self.poll_batch(cx))?;
        }
        ready!(Pin::new(&mut self.transport).poll_flush(cx))?;
        self.link.unflushed.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_batch(cx))?;
        Pin::new(&mut self.transport).poll_shutdown(cx)
    }
}

impl<S> Drop for Io<S> {
    /// A panic in the middle of a batch must not take the replies before it along.
    fn drop(&mut self) {
        if self.link.pulse.is_to_be_reset() {
            self.transport.reset();
            return;
        }
        if !self.batch.is_empty() {
            self.transport.try_write(self.batch.left());
        }
    }
}
