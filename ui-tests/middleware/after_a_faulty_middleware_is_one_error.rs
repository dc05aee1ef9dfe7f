use velithon::prelude::*;

#[middleware(priorty = 40)]
async fn session(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(after = session)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
