//! Two middleware that meet on one path and have no order; a provider that tells when it is built.

use velithon::prelude::*;

#[middleware(path = "/api/**")]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(methods = [GET])]
async fn stamp(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[inject]
fn greeting() -> String {
    eprintln!("a provider was built");
    "hello".to_owned()
}

#[get("/api/hello", skip = [stamp], middleware = [audit])]
async fn hello(greeting: Inject<greeting>) -> String {
    String::clone(&greeting)
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
