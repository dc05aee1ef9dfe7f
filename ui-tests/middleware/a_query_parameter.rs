use velithon::prelude::*;

#[middleware]
async fn audit(request: Request, next: Next, #[query] page: u32) -> Response {
    next.run(request).await
}

fn main() {}
