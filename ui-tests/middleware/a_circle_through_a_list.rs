use velithon::prelude::*;

#[middleware]
async fn log(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(after = [log, audit])]
async fn trace(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(after = trace)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
