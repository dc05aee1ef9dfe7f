//! Methods of an injected value, under every key that their block and their module pass on.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub)]

use serde::{Deserialize, Serialize};
use velithon::prelude::*;

#[inject]
#[derive(Default)]
struct Orders {
    #[inject(default)]
    count: u64,
}

#[controller("/orders", tags = ["orders"])]
impl Orders {
    const FIRST: u64 = 1;

    fn total(&self) -> u64 {
        self.count + Self::FIRST
    }

    /// One order.
    #[get("/{id}")]
    async fn show(&self, id: u64) -> Result<Json<u64>> {
        Ok(Json(self.total() + id))
    }

    #[post("/", status = 201)]
    async fn place(&self, Json(order): Json<u64>, #[header("x-id")] id: Option<u64>) -> Json<u64> {
        Json(order + id.unwrap_or_default())
    }

    #[get("/")]
    fn name(&self) -> &'static str {
        "orders"
    }

    #[get("/about")]
    async fn about() -> &'static str {
        "no value of the service is needed"
    }
}

#[routes(prefix = "/{tenant}", when = "features.shop")]
mod shop {
    use super::*;

    #[inject]
    #[derive(Default)]
    pub(super) struct Products;

    #[derive(Serialize, Deserialize)]
    struct Product {
        id: u64,
    }

    #[resource("/products", tags = ["products"])]
    impl Products {
        async fn list(&self, tenant: String, #[query(default = 0)] skip: u64) -> Json<Vec<Product>> {
            Json(vec![Product { id: skip + tenant.len() as u64 }])
        }

        async fn create(&self, tenant: String, item: Json<Product>) -> Result<Json<Product>> {
            let _ = tenant;
            Ok(item)
        }

        async fn get(&self, tenant: String, id: u64) -> Result<Json<Product>> {
            Ok(Json(Product { id: id + tenant.len() as u64 }))
        }

        async fn delete(&self, tenant: String, id: u64) -> Result<()> {
            let _ = (tenant, id);
            Ok(())
        }

        #[post("/{id}/stock")]
        async fn restock(&self, tenant: String, id: u64) {
            let _ = (tenant, id);
        }
    }
}

fn main() {}
