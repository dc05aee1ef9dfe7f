use velithon::prelude::*;

struct Settings;

#[middleware]
async fn audit(request: Request, next: Next, settings: Config<Settings>) -> Response {
    next.run(request).await
}

fn main() {}
