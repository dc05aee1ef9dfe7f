use velithon::prelude::*;

#[middleware(before = session)]
async fn trace(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(before = trace)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(before = audit)]
async fn session(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
