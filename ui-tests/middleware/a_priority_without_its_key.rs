use velithon::prelude::*;

#[middleware(AUTHENTICATION)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
