use velithon::prelude::*;

#[middleware(priority = AUTHENTICATON)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
