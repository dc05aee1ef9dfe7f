//! A route of a module that carries its attribute under another name, and so missed the prefix.

use velithon::prelude::*;

#[routes(prefix = "/api")]
mod api {
    use velithon::get as fetch;
    use velithon::prelude::*;

    #[fetch("/users")]
    async fn users() -> &'static str {
        "users"
    }

    #[get("/accounts")]
    async fn accounts() -> &'static str {
        "accounts"
    }
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
