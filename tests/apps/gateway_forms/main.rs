//! The service that tests/gateway_forms talks to: each form of a gateway, in front of `origin`.

mod code;
mod hooks;
mod prefix;

use velithon::prelude::*;

/// Where most gateways here lead; its targets are configured by the tests.
#[upstream(timeout(connect = "1s", first_byte = "20s"), retries = 1)]
struct Origin;

/// Where a share of some requests goes.
#[upstream(targets = ["http://127.0.0.1:9"])]
struct Second;

/// Where nobody is, unless a test says otherwise; five failures open its breaker.
#[upstream(targets = ["http://127.0.0.1:9"], breaker = "classic", retries = 0)]
struct Gone;

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
