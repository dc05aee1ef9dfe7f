use velithon::prelude::*;

#[middleware]
async fn audit(next: Next) -> Response {
    next.run(Request::default()).await
}

fn main() {}
