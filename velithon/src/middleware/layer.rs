//! Any `tower::Layer` as a middleware: wrapped once at start, cloned per request as tower asks.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tower::util::BoxCloneSyncService;
use tower::{Layer, Service, ServiceExt};

use super::next::Next;
use crate::inject::BoxFuture;
use crate::reply::Error;

/// A layer around "the rest of the chain".
#[derive(Clone)]
pub struct Layered(BoxCloneSyncService<Request, Response, tower::BoxError>);

impl Layered {
    /// Wraps the rest of the chain, whatever the layer's reply body and error are.
    pub fn new<L, B>(layer: &L) -> Self
    where
        L: Layer<Rest>,
        L::Service: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Error: Into<tower::BoxError>,
        <L::Service as Service<Request>>::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<tower::BoxError>,
    {
        let service = layer.layer(Rest).map_response(|reply: http::Response<B>| reply.map(Body::new));
        let service = service.map_err(Into::<tower::BoxError>::into);
        Self(BoxCloneSyncService::new(service))
    }

    pub(crate) fn call(self, mut request: Request, next: Next) -> BoxFuture<'static, Response> {
        request.extensions_mut().insert(Carried(std::sync::Arc::new(std::sync::Mutex::new(Some(next)))));
        Box::pin(async move {
            match self.0.oneshot(request).await {
                Ok(reply) => reply,
                Err(error) => Error::internal("a layer failed").caused_by(error).into_response(),
            }
        })
    }
}

/// What a function marked `#[middleware]` without `Next` returns: any `tower::Layer` whose service can stand in a chain.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer that can stand around handlers",
    label = "no such layer",
    note = "a function without `Next` returns a `tower::Layer`; one that runs around each request takes `request: Request, next: Next`",
    note = "the layer's service is `Clone + Send + Sync + 'static`, takes `axum::extract::Request` and replies with an `http::Response` of any body of bytes"
)]
pub trait IntoLayered {
    /// Wraps the rest of the chain.
    fn into_layered(self) -> Layered;
}

#[diagnostic::do_not_recommend]
impl<L, B> IntoLayered for L
where
    L: Layer<Rest>,
    L::Service: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    <L::Service as Service<Request>>::Error: Into<tower::BoxError>,
    <L::Service as Service<Request>>::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<tower::BoxError>,
{
    fn into_layered(self) -> Layered {
        Layered::new(&self)
    }
}

/// `Next` on its way through a layer: extensions must be `Clone`, the chain must run once.
#[derive(Clone)]
struct Carried(std::sync::Arc<std::sync::Mutex<Option<Next>>>);

/// The innermost service of every layer: the chain after it.
#[derive(Debug, Clone, Copy)]
pub struct Rest;

impl Service<Request> for Rest {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let carried = request.extensions_mut().remove::<Carried>();
        let next = carried.and_then(|c| c.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take());
        Box::pin(async move {
            Ok(match next {
                Some(next) => next.run(request).await,
                None => Error::internal("a tower layer called the rest of the chain twice, or with another request")
                    .into_response(),
            })
        })
    }
}
