use velithon::prelude::*;

#[middleware]
async fn audit<T: Default>(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
