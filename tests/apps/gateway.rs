//! A proxy whose gateways and upstreams exist in velithon.toml alone, beside handlers of its own.
//!
//! Started with `NAME`, it is also a target that says which one it is; `COMPRESS` puts a compression layer around everything.

use tower_http::compression::CompressionLayer;
use velithon::prelude::*;

/// What a request behind a refused upgrade asks for: only our router can answer it.
#[get("/own")]
async fn own() -> &'static str {
    "own"
}

/// Which of several targets this is.
#[get("/name")]
async fn name() -> String {
    std::env::var("NAME").unwrap_or_default()
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    let app = if std::env::var_os("COMPRESS").is_some() { app.layer(CompressionLayer::new()) } else { app };
    app.run().await
}
