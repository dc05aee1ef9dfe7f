use velithon::prelude::*;

#[middleware]
async fn trace(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(after = trace, before = trace)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
