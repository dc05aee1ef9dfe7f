//! One request and its reply: admission, the call of the application, and the end of the reply's body.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response, StatusCode, Version};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;

use super::Serve;
use super::body::Ending;
use super::link::Link;
use super::refusal::Refusal;
use super::{body, front};
use crate::peer::{Admission, Places};

/// Answers one request. It is looked at and handed over before this returns, so that the future has no copy of it.
pub(super) fn exchange<S: Serve>(
    link: Arc<Link<S>>,
    mut request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Whole<S>>, Infallible>> + Send + 'static {
    let version = request.version();
    let begun = front::admit(&mut request, link.worker.max_target_bytes).and_then(|()| {
        let admission = admit(&link).ok_or(Refusal::Overloaded)?;
        let (request, ending) = body::watch(request, link.worker.pace);
        Ok((link.service.call(request, &link.peer, admission), ending))
    });
    async move {
        let mut response = match begun {
            Ok((running, ending)) => {
                let response = running.await;
                match ending {
                    None => response,
                    Some(ending) => corrected(&link, version, &ending, response),
                }
            }
            Err(refusal) => refuse(&link, version, refusal),
        };
        settle(&link, version, &mut response);
        Ok(response.map(|body| Whole::new(body, link)))
    }
}

/// The reply to a request whose body was watched: what went wrong with the body is told, whatever the application made of
/// it.
fn corrected<S: Serve>(link: &Link<S>, version: Version, ending: &Ending, response: Response<Body>) -> Response<Body> {
    match ending.refusal() {
        // Whoever found out by itself that the body is broken may say more about it.
        Some(Refusal::BrokenBody) if response.status().is_client_error() => response,
        Some(refusal) => refuse(link, version, refusal),
        None => response,
    }
}

#[cold]
fn refuse<S: Serve>(link: &Link<S>, version: Version, refusal: Refusal) -> Response<Body> {
    let mut response = link.service.refuse(refusal);
    if refusal.ends_connection() && version < Version::HTTP_2 {
        say_last(&mut response);
    }
    response
}

/// What the connection makes of a reply before it is sent.
#[inline]
fn settle<S>(link: &Link<S>, version: Version, response: &mut Response<Body>) {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        link.upgraded();
    } else if link.is_closing() && version < Version::HTTP_2 {
        say_last(response);
    }
}

/// Tells an HTTP/1 client that no further request is read (RFC 9112, section 9.6).
#[cold]
fn say_last(response: &mut Response<Body>) {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
}

/// A place among the requests in flight, if there is one.
#[inline]
fn admit<S>(link: &Link<S>) -> Option<Admission> {
    link.worker.permits.take().then(|| Admission::new(Arc::clone(&link.worker) as Arc<dyn Places>))
}

/// Bytes of a reply that hyper is given at once: it copies them behind the head.
const PIECE: usize = 16 * 1024;

/// The body of a reply, in pieces of at most [`PIECE`]; hyper drops it when it has the last byte, and that ends the
/// exchange.
pub(super) struct Whole<S> {
    body: Body,
    /// What is left of a frame that was larger than a piece.
    rest: Bytes,
    link: Arc<Link<S>>,
}

impl<S> Whole<S> {
    pub(super) fn new(body: Body, link: Arc<Link<S>>) -> Self {
        Self { body, rest: Bytes::new(), link }
    }
}

impl<S> Drop for Whole<S> {
    #[inline]
    fn drop(&mut self) {
        self.link.pulse.replied();
    }
}

impl<S> http_body::Body for Whole<S> {
    type Data = Bytes;
    type Error = axum::Error;

    #[inline]
    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(piece(&mut self.rest)))));
        }
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match polled {
            Poll::Ready(Some(Ok(frame))) if frame.data_ref().is_some_and(|data| data.len() > PIECE) => {
                Poll::Ready(Some(Ok(self.begin(frame))))
            }
            other => other,
        }
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        let hint = self.body.size_hint();
        if self.rest.is_empty() { hint } else { with(self.rest.len() as u64, &hint) }
    }
}

impl<S> Whole<S> {
    /// Keeps a large frame and hands out its first piece.
    #[cold]
    fn begin(&mut self, frame: Frame<Bytes>) -> Frame<Bytes> {
        match frame.into_data() {
            Ok(data) => {
                self.rest = data;
                Frame::data(piece(&mut self.rest))
            }
            Err(trailers) => trailers,
        }
    }
}

fn piece(rest: &mut Bytes) -> Bytes {
    rest.split_to(rest.len().min(PIECE))
}

fn with(more: u64, hint: &SizeHint) -> SizeHint {
    let mut sum = SizeHint::new();
    sum.set_lower(hint.lower() + more);
    if let Some(upper) = hint.upper() {
        sum.set_upper(upper + more);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_frame_comes_in_pieces_that_make_it_up() {
        let large = Bytes::from((0..PIECE * 2 + 7).map(|number| number as u8).collect::<Vec<_>>());
        let mut rest = large.clone();
        let mut pieces = Vec::new();
        while !rest.is_empty() {
            pieces.push(piece(&mut rest));
        }
        assert_eq!(pieces.iter().map(Bytes::len).collect::<Vec<_>>(), [PIECE, PIECE, 7]);
        assert_eq!(pieces.concat(), large);
    }

    #[test]
    fn what_is_kept_counts_towards_the_length() {
        assert_eq!(with(7, &SizeHint::with_exact(5)).exact(), Some(12));
        assert_eq!(with(7, &SizeHint::new()).upper(), None);
    }
}
