//! Modules nest with and without an attribute, and hold controllers and resources.
#![deny(warnings)]

use velithon::prelude::*;

#[routes(prefix = "/api", tags = ["api"], when = "features.api")]
mod api {
    use super::*;

    #[get("/")]
    async fn root() {}

    #[routes(prefix = "/v1/{tenant}", tags = ["v1"])]
    mod v1 {
        use super::*;

        #[velithon::get("/users/{id}", tags = ["users"],)]
        async fn show(tenant: String, id: u64) -> String {
            format!("{tenant}{id}")
        }

        mod plain {
            use super::*;

            #[get("/plain")]
            fn plain(tenant: String) -> String {
                tenant
            }
        }
    }

    #[routes]
    mod bare {
        use super::*;

        #[get("/bare")]
        async fn bare() {}
    }
}

/// A group that gives no prefix.
#[routes(tags = ["open"])]
pub mod open {
    use super::*;

    /// Open to all.
    #[get("/open")]
    pub async fn all() {}
}

#[middleware(path = "/nowhere", priority = 1)]
async fn seal(request: Request, next: Next) -> Response {
    next.run(request).await
}

mod web {
    use velithon::prelude::*;

    #[middleware(path = "/nowhere", priority = 2)]
    pub(crate) async fn seal(request: Request, next: Next) -> Response {
        next.run(request).await
    }
}

/// A path of a middleware means what it means where it is written, not further in.
#[routes(prefix = "/sealed", middleware = [seal, self::web::seal], skip = [velithon::middleware::access_log])]
mod sealed {
    #[velithon::get("/")]
    async fn root() {}

    mod web {
        #[velithon::get("/plain")]
        async fn plain() {}

        #[velithon::routes(prefix = "/deep", skip = [crate::web::seal])]
        mod deep {
            struct Seats;

            #[velithon::get("/", middleware = [crate::seal])]
            async fn deep() {}

            #[velithon::inject]
            impl Seats {
                fn new() -> Self {
                    Self
                }
            }

            #[velithon::controller("/seats", middleware = [crate::seal])]
            impl Seats {
                #[get("/")]
                async fn count(&self) {}
            }
        }
    }
}

fn main() {
    std::mem::drop(open::all());
}
