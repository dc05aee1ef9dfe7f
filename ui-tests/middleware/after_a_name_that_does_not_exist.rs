use velithon::prelude::*;

#[middleware(after = sesion)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware]
async fn session(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
