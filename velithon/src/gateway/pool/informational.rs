//! A bound on informational replies: an upstream that never comes to the final one is not listened to for ever.
//!
//! hyper passes over replies with a status of 100 to 199 as long as they come (RFC 9110, section 15.2, sets no number).
//! It would call back for each, but a callback costs every request several allocations. So the bytes are looked at on
//! their way in: of nearly every reply the first twelve, and only what begins as an informational one is followed to its
//! end.
//!
//! What a connection carries after a 101 is not HTTP, and is not looked at again.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Informational replies that may come before the final one.
const MOST: u32 = 16;

/// Bytes of a status line up to the end of its code: `HTTP/1.1 102`.
const START: usize = 12;

/// A connection whose informational replies are counted.
pub(super) struct Bounded<S> {
    stream: S,
    watch: Watch,
}

/// There are more informational replies than are waited for.
#[derive(Debug)]
pub(crate) struct TooMany;

/// Where in the replies to one request the bytes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watch {
    /// The final reply has begun, or nothing was asked yet.
    Done,
    /// A status line is to come, of which some bytes are there.
    Line { count: u32, bytes: [u8; START], length: u8 },
    /// In the head of an informational reply; whether its present line is empty so far.
    Head { count: u32, empty: bool },
    /// The protocol has changed.
    Changed,
}

impl Watch {
    const ASKED: Self = Self::Line { count: 0, bytes: [0; START], length: 0 };

    /// A request, or a part of one, goes out.
    #[inline]
    fn asked(&mut self) {
        if *self == Self::Done {
            *self = Self::ASKED;
        }
    }

    /// Bytes have come.
    ///
    /// # Errors
    /// [`TooMany`].
    #[inline]
    fn came(&mut self, bytes: &[u8]) -> Result<(), TooMany> {
        match self {
            Self::Done | Self::Changed => Ok(()),
            // Nearly every reply: the final one, its first bytes in one piece.
            Self::Line { length: 0, .. } if bytes.get(9).is_some_and(|digit| *digit != b'1') => {
                *self = Self::Done;
                Ok(())
            }
            _ => self.follow(bytes),
        }
    }

    #[cold]
    fn follow(&mut self, bytes: &[u8]) -> Result<(), TooMany> {
        for byte in bytes {
            *self = self.after(*byte);
            match self {
                Self::Done | Self::Changed => return Ok(()),
                Self::Line { count, .. } | Self::Head { count, .. } if *count > MOST => return Err(TooMany),
                _ => {}
            }
        }
        Ok(())
    }

    /// The place after one more byte.
    fn after(self, byte: u8) -> Self {
        match self {
            Self::Line { count, mut bytes, length } => {
                bytes[usize::from(length)] = byte;
                match usize::from(length) + 1 {
                    START => Self::begun(count, &bytes),
                    length => Self::Line { count, bytes, length: length as u8 },
                }
            }
            Self::Head { count, empty: true } if byte == b'\n' => Self::Line { count, bytes: [0; START], length: 0 },
            Self::Head { count, empty } => Self::Head { count, empty: byte == b'\n' || (empty && byte == b'\r') },
            other => other,
        }
    }

    /// What a status line begins.
    fn begun(count: u32, line: &[u8; START]) -> Self {
        match line {
            [b'H', b'T', b'T', b'P', b'/', b'1', b'.', _, b' ', b'1', b'0', b'1'] => Self::Changed,
            [b'H', b'T', b'T', b'P', b'/', b'1', b'.', _, b' ', b'1', ..] => {
                Self::Head { count: count + 1, empty: false }
            }
            _ => Self::Done,
        }
    }
}

impl<S> Bounded<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, watch: Watch::Done }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    #[inline]
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let bounded = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut bounded.stream).poll_read(cx, buf))?;
        let came = bounded.watch.came(&buf.filled()[before..]);
        Poll::Ready(came.map_err(|many| io::Error::new(io::ErrorKind::InvalidData, many)))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    #[inline]
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let bounded = self.get_mut();
        bounded.watch.asked();
        Pin::new(&mut bounded.stream).poll_write(cx, buf)
    }

    #[inline]
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let bounded = self.get_mut();
        bounded.watch.asked();
        Pin::new(&mut bounded.stream).poll_write_vectored(cx, bufs)
    }

    #[inline]
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl std::fmt::Display for TooMany {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "more than {MOST} informational replies came before the final one")
    }
}

impl std::error::Error for TooMany {}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a reply that comes in pieces of this size.
    fn came(reply: &str, piece: usize) -> Result<Watch, TooMany> {
        let mut watch = Watch::Done;
        watch.asked();
        for bytes in reply.as_bytes().chunks(piece) {
            watch.came(bytes)?;
        }
        Ok(watch)
    }

    fn informational(count: usize) -> String {
        "HTTP/1.1 103 Early Hints\r\nlink: </HTTP/1.1 1>\r\n\r\n".repeat(count)
    }

    #[test]
    fn sixteen_come_before_the_final_reply_and_seventeen_do_not() {
        for piece in [1, 7, 12, 50, 100_000] {
            let end = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
            assert_eq!(came(&(informational(16) + end), piece).unwrap(), Watch::Done, "{piece}");
            assert!(came(&(informational(17) + end), piece).is_err(), "{piece}");
        }
    }

    #[test]
    fn what_stands_in_a_body_is_not_counted() {
        let reply = String::from("HTTP/1.1 200 OK\r\n\r\n") + &informational(100);
        for piece in [1, 19, 100_000] {
            assert_eq!(came(&reply, piece).unwrap(), Watch::Done);
        }
    }

    #[test]
    fn each_request_has_a_count_of_its_own() {
        let mut watch = Watch::Done;
        for _ in 0..10 {
            watch.asked();
            watch.came((informational(10) + "HTTP/1.1 204 No Content\r\n\r\n").as_bytes()).unwrap();
        }
    }

    #[test]
    fn a_body_that_is_still_sent_does_not_begin_the_count_anew() {
        let mut watch = Watch::ASKED;
        watch.came(informational(16).as_bytes()).unwrap();
        watch.asked();
        assert!(watch.came(informational(1).as_bytes()).is_err());
    }

    #[test]
    fn a_tunnel_may_carry_anything() {
        let mut watch = Watch::ASKED;
        watch.came(b"HTTP/1.1 101 Switching Protocols\r\n\r\n").unwrap();
        watch.asked();
        watch.came(informational(100).as_bytes()).unwrap();
        assert_eq!(watch, Watch::Changed);
    }
}
