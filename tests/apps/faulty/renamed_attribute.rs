//! Routes of a module that missed its keys, since their attributes have another name.

use velithon::prelude::*;

#[routes(prefix = "/api", when = "features.api")]
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

    mod deeper {
        use velithon::controller as serves;
        use velithon::prelude::*;

        #[inject]
        struct Orders;

        #[serves("/orders")]
        impl Orders {
            #[get("/")]
            async fn all(&self) {}
        }
    }
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
