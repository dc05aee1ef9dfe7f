use velithon::prelude::*;

#[middleware(path = ["/api/**", "/users/{id}"])]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
