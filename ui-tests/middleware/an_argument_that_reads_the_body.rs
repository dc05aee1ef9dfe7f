use velithon::prelude::*;

#[middleware]
async fn audit(request: Request, next: Next, body: Json<Vec<u8>>) -> Response {
    next.run(request).await
}

fn main() {}
