//! What runs around the handlers. The order of these functions has no meaning: their bands do.

use std::time::Instant;

use tower_http::compression::CompressionLayer;
use velithon::prelude::*;

/// Compresses replies for clients that take gzip.
#[middleware(priority = COMPRESSION)]
fn compression() -> CompressionLayer {
    CompressionLayer::new()
}

/// Says how long the handler took, for people who watch.
#[middleware(priority = LOGGING)]
async fn logging(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let begun = Instant::now();
    let reply = next.run(request).await;
    tracing::debug!(%method, path, status = reply.status().as_u16(), took = ?begun.elapsed(), "handled");
    reply
}

/// Headers that keep a browser from guessing and framing.
#[middleware(priority = SECURITY)]
async fn security(request: Request, next: Next) -> Response {
    let mut reply = next.run(request).await;
    let headers = reply.headers_mut();
    headers.insert("x-content-type-options", http_value("nosniff"));
    headers.insert("x-frame-options", http_value("DENY"));
    reply
}

const fn http_value(text: &'static str) -> velithon::http::HeaderValue {
    velithon::http::HeaderValue::from_static(text)
}
