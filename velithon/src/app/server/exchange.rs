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
use super::link::Link;
use super::refusal::Refusal;

/// Answers one request.
#[expect(clippy::manual_async_fn, reason = "an `async fn` moves the request once more, from its argument to a local")]
pub(super) fn exchange<S: Serve>(
    link: Arc<Link<S>>,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Whole<S>>, Infallible>> + Send + 'static {
    async move {
        let version = request.version();
        let mut response = match Admission::to(&link) {
            Some(_admission) => link.service.call(request, &link.peer).await,
            None => link.service.refuse(Refusal::Overloaded),
        };
        settle(&link, version, &mut response);
        Ok(response.map(|body| Whole::new(body, link)))
    }
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

/// The place of one request among those in flight; given back when the application has replied or was dropped.
struct Admission<'a, S>(&'a Link<S>);

impl<'a, S> Admission<'a, S> {
    fn to(link: &'a Link<S>) -> Option<Self> {
        link.worker.permits.take().then_some(Self(link))
    }
}

impl<S> Drop for Admission<'_, S> {
    fn drop(&mut self) {
        self.0.worker.permits.give();
    }
}

/// The body of a reply; hyper drops it when it has the last byte, and that ends the exchange.
pub(super) struct Whole<S> {
    body: Body,
    link: Arc<Link<S>>,
}

impl<S> Whole<S> {
    pub(super) fn new(body: Body, link: Arc<Link<S>>) -> Self {
        Self { body, link }
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
        Pin::new(&mut self.body).poll_frame(cx)
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
