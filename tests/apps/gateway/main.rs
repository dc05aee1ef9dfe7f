//! The service that tests/gateway_forms talks to: each form of a gateway, in front of `origin`.

mod prefix;

use velithon::prelude::*;

/// Where every gateway here leads; its targets are configured by the tests.
#[upstream(timeout(connect = "1s", first_byte = "20s"), retries = 1)]
struct Origin;

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
