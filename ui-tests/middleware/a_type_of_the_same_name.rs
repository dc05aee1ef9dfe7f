use velithon::prelude::*;

#[allow(non_camel_case_types)]
struct audit {}

#[middleware]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
