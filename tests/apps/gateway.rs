//! A proxy whose gateways and upstreams exist in velithon.toml alone, beside one handler of its own.

use velithon::prelude::*;

/// What a request behind a refused upgrade asks for: only our router can answer it.
#[get("/own")]
async fn own() -> &'static str {
    "own"
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
