//! The smallest service: `cargo run -p hello`, then `curl http://127.0.0.1:8000/hello/world`.

use velithon::prelude::*;

#[global_allocator]
static ALLOCATOR: velithon::MiMalloc = velithon::MiMalloc;

/// Greets whoever is named.
#[get("/hello/{name}")]
async fn hello(name: String, #[query(default = 1)] times: u8) -> String {
    format!("hello, {name}\n").repeat(usize::from(times))
}

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
