use velithon::prelude::*;

#[middleware(after = session)]
async fn trace(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(after = trace)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(after = audit)]
async fn session(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
