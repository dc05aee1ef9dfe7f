use velithon::prelude::*;

trait Voice: Send + Sync {}

#[middleware]
async fn audit(voice: Inject<dyn Voice>, request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
