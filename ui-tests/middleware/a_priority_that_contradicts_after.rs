use velithon::prelude::*;

#[middleware(priority = AUTHENTICATION)]
async fn session(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(priority = 40, after = session)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
