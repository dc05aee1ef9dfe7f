use velithon::prelude::*;

#[middleware(methods = [GET, PSOT])]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
