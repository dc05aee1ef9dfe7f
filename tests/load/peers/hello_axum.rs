//! The example `hello` in axum: the twin whose memory it is compared to.

use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::routing::get;

async fn hello(Path(name): Path<String>, RawQuery(query): RawQuery) -> String {
    let times = query.as_deref().and_then(|query| query.strip_prefix("times=")).and_then(|times| times.parse().ok());
    format!("hello, {name}\n").repeat(times.unwrap_or(1))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let router = Router::new().route("/hello/{name}", get(hello));
    let listener = tokio::net::TcpListener::bind(velithon_load::address()).await?;
    axum::serve(listener, router).await
}
