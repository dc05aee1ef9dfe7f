//! The service that tests/front talks to: handlers that tell what reached them.

use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use futures_util::{StreamExt, stream};
use tokio::sync::watch;
use velithon::prelude::*;

#[get("/")]
async fn index() -> &'static str {
    "here"
}

/// The capture, and the target as a handler sees it.
#[get("/path/{*rest}")]
async fn path(rest: String, request: Request) -> String {
    format!("{rest} of {}", request.uri())
}

/// Stands before a part of `/path`; whether it does is asked for each request.
#[middleware(path = "/path/guarded/**")]
async fn guard(_request: Request, _next: Next) -> Response {
    (http::StatusCode::FORBIDDEN, "guarded").into_response()
}

#[get("/host")]
async fn host(request: Request) -> String {
    lines(&request, "host")
}

#[get("/cookies")]
async fn cookies(request: Request) -> String {
    lines(&request, "cookie")
}

/// Reads the body with its trailers, and tells what then stands in the head.
#[post("/cookies")]
async fn cookies_after_body(request: Request) -> String {
    let told = lines(&request, "cookie");
    let length = read(request.into_body()).await.unwrap_or_default();
    format!("{length} bytes, cookies: {told}")
}

fn lines(request: &Request, name: &str) -> String {
    let values = request.headers().get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    values.collect::<Vec<_>>().join(" | ")
}

#[post("/read")]
async fn read_whole(body: Bytes) -> Bytes {
    body
}

/// Does not care how the body ends.
#[post("/careless")]
async fn careless(request: Request) -> &'static str {
    let _ = read(request.into_body()).await;
    "never mind"
}

async fn read(body: Body) -> std::result::Result<usize, axum::Error> {
    let mut pieces = body.into_data_stream();
    let mut length = 0;
    while let Some(piece) = pieces.next().await {
        length += piece?.len();
    }
    Ok(length)
}

/// Does not do what an upgrade asks for.
#[get("/upgrade")]
async fn upgrade() -> &'static str {
    "not upgraded"
}

/// How many replies of `/flood` have ended, by whatever way.
static ENDED: LazyLock<watch::Sender<u32>> = LazyLock::new(|| watch::Sender::new(0));

struct Flood;

impl Drop for Flood {
    fn drop(&mut self) {
        ENDED.send_modify(|count| *count += 1);
    }
}

/// A reply without end.
#[get("/flood")]
async fn flood() -> Body {
    let flood = Flood;
    Body::from_stream(stream::repeat_with(move || {
        let _owned = &flood;
        Ok::<_, std::convert::Infallible>(Bytes::from_static(&[b'x'; 16 * 1024]))
    }))
}

/// Replies when so many floods have ended.
#[get("/ended/{count}")]
async fn ended(count: u32) {
    // The sender is never dropped.
    let _ = ENDED.subscribe().wait_for(|ended| *ended >= count).await;
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
