use velithon::prelude::*;

#[middleware(after = session)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

async fn session(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
