//! A group names it once for all of its routes, so it is told once.

use velithon::prelude::*;

#[middleware]
async fn session(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[get("/one", middleware = [sesion])]
async fn one() {}

#[get("/two", skip = [crate::web::session])]
async fn two() {}

#[routes(skip = [sesion])]
mod group {
    use velithon::prelude::*;

    #[get("/three")]
    async fn three() {}

    #[get("/four")]
    async fn four() {}
}

fn main() {}
