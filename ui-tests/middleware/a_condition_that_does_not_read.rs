use velithon::prelude::*;

#[middleware(when = "shop.audit = full")]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
