use velithon::prelude::*;

#[middleware(priorty = 40)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
