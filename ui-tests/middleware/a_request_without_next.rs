use velithon::prelude::*;

#[middleware]
async fn audit(request: Request) -> Response {
    request.uri().to_string().into_response()
}

fn main() {}
