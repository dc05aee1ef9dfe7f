//! The application as a `tower::Service`: for a server of your own, or inside another application.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::Request;

use super::assemble::Assembled;
use super::server::Address;
use crate::route::{Core, dispatch};

/// A built application that answers requests of any body type.
///
/// Cloning shares it. Its singletons live until [`stop`](Self::stop), which is not called by dropping.
#[derive(Clone)]
pub struct Service {
    live: Arc<Core>,
    assembled: Arc<std::sync::Mutex<Option<Assembled>>>,
}

impl Service {
    pub(crate) fn new(assembled: Assembled) -> Self {
        let live = Arc::clone(&assembled.live);
        Self { live, assembled: Arc::new(std::sync::Mutex::new(Some(assembled))) }
    }

    /// Finishes abandoned requests and stops singletons, in reverse; a second call does nothing.
    pub async fn stop(self) {
        let assembled = self.assembled.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        drop(self.live);
        if let Some(assembled) = assembled {
            assembled.stop().await;
        }
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Service")
    }
}

impl<B> tower::Service<Request<B>> for Service
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<tower::BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let live = Arc::clone(&self.live);
        Box::pin(async move { Ok(dispatch(&live, request.map(Body::new), Address::Unix(None), None).await) })
    }
}
