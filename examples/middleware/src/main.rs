//! The middleware of the founding page: declared as compression, authentication, logging, security.
//!
//! `cargo run -p middleware -- routes -v` shows the order in which they run: security, authentication, compression,
//! logging. `curl -H 'authorization: Bearer open sesame' http://127.0.0.1:8000/` passes all four.

use std::time::Instant;

use tower_http::compression::CompressionLayer;
use velithon::prelude::*;

#[global_allocator]
static ALLOCATOR: velithon::MiMalloc = velithon::MiMalloc;

/// Any `tower` layer is a middleware.
#[middleware(priority = COMPRESSION)]
fn compression() -> CompressionLayer {
    CompressionLayer::new()
}

/// Lets nobody in who does not know the word.
#[middleware(priority = AUTHENTICATION)]
async fn authentication(request: Request, next: Next) -> Response {
    let word = request.headers().get("authorization");
    if word.is_some_and(|word| word == "Bearer open sesame") {
        next.run(request).await
    } else {
        ([("www-authenticate", "Bearer")], Problem::unauthorized()).into_response()
    }
}

/// Says what the handler was asked and how long it took.
#[middleware(priority = LOGGING)]
async fn logging(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let begun = Instant::now();
    let reply = next.run(request).await;
    tracing::info!(path, status = reply.status().as_u16(), took = ?begun.elapsed(), "handled");
    reply
}

/// A header on every reply, refusals included: it is the outermost.
#[middleware(priority = SECURITY)]
async fn security(request: Request, next: Next) -> impl IntoResponse {
    ([("x-content-type-options", "nosniff")], next.run(request).await)
}

/// What the four stand around.
#[get("/")]
async fn treasure() -> &'static str {
    "forty thieves were here\n"
}

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
