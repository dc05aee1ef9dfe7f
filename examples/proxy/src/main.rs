//! A reverse proxy and nothing else: every request goes to `origin`.
//!
//! `VELITHON_UPSTREAM__ORIGIN__TARGETS='["http://127.0.0.1:9000"]' cargo run -p proxy`

use velithon::prelude::*;

#[global_allocator]
static ALLOCATOR: velithon::MiMalloc = velithon::MiMalloc;

/// Where everything goes, unless the configuration says otherwise.
#[upstream(targets = ["http://127.0.0.1:9000"])]
struct Origin;

/// Every path, and every method but CONNECT and TRACE.
#[gateway("/", upstream = Origin)]
struct Everything;

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
