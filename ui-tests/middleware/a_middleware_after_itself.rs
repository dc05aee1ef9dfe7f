use velithon::prelude::*;

#[middleware(after = audit)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
