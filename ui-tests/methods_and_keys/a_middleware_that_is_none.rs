use velithon::prelude::*;

struct Session;

#[get("/one", skip = [Session])]
async fn one() {}

#[routes(middleware = [Session])]
mod group {
    use velithon::prelude::*;

    #[get("/two")]
    async fn two() {}

    #[get("/three")]
    async fn three() {}
}

fn main() {}
