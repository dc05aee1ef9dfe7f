use velithon::prelude::*;

#[middleware]
fn audit(request: Request, next: Next) -> impl std::future::Future<Output = Response> {
    next.run(request)
}

fn main() {}
