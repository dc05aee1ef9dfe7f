//! The service whose memory tests/idle.rs watches, with the allocator that a service of many connections should have: the
//! system's keeps what was freed between two pieces in use.

use velithon::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[get("/")]
async fn index() -> &'static str {
    "here"
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
