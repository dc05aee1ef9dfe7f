use velithon::prelude::*;

struct Audits;

#[middleware]
async fn audit(request: Request, next: Next, audits: Inject<Audits>) -> Response {
    next.run(request).await
}

fn main() {}
