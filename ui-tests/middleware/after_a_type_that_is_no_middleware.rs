use velithon::prelude::*;

struct Session;

#[middleware(after = Session)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
