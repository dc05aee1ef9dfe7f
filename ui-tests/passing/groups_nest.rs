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

fn main() {
    std::mem::drop(open::all());
}
