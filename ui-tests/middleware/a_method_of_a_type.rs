use velithon::prelude::*;

struct Audits;

impl Audits {
    #[middleware]
    async fn audit(&self, request: Request, next: Next) -> Response {
        next.run(request).await
    }
}

fn main() {}
