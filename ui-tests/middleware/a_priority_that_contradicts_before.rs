use velithon::prelude::*;

mod web {
    use velithon::prelude::*;

    #[middleware(priority = 40)]
    pub async fn session(request: Request, next: Next) -> Response {
        next.run(request).await
    }
}

#[middleware(priority = AUTHENTICATION, before = web::session)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
