use velithon::prelude::*;

const LATE: f64 = 0.5;

#[middleware(priority = 0.5)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(priority = LATE)]
async fn trace(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
