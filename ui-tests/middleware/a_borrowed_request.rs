use velithon::prelude::*;

#[middleware]
async fn audit(request: &mut Request, next: Next) -> Response {
    next.run(std::mem::take(request)).await
}

fn main() {}
