use velithon::prelude::*;

#[middleware]
async fn audit(request: Request, next: Next) {
    next.run(request).await;
}

fn main() {}
