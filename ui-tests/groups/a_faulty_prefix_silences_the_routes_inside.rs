//! What the routes would say follows from the fault of the module.

use velithon::prelude::*;

#[routes(prefix = "/{tenant")]
mod api {
    use super::*;

    #[get("/users")]
    async fn list(tenant: String, #[query] skip: u32) -> String {
        tenant + &skip.to_string()
    }

    #[routes(prefix = "/orders", colour = "red")]
    mod orders {
        use super::*;

        #[get("/{id}")]
        async fn show(tenant: u64, id: u64) -> String {
            format!("{tenant}{id}")
        }
    }

    struct Items;

    #[controller("/items")]
    impl Items {
        #[get("/{id}")]
        async fn show(&self, tenant: u64, #[query] page: u64) -> String {
            format!("{tenant}{page}")
        }
    }
}

fn main() {}
