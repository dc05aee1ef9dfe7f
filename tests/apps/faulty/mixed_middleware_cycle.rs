//! A circle of `before` and `after` together, which no compiler sees.

use velithon::prelude::*;

#[middleware(before = second)]
async fn first(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(before = third)]
async fn second(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware]
async fn third(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(after = third, before = first)]
async fn fourth(request: Request, next: Next) -> Response {
    next.run(request).await
}

/// Stands inside of the circle, and is no part of it.
#[middleware(after = fourth)]
async fn innocent(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[get("/")]
async fn index() {}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
