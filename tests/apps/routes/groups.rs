//! Handlers in modules, on injected values, and by the names of methods.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};
use velithon::prelude::*;

/// Runs only where a route or group names it.
#[middleware(path = "/nowhere/else", priority = 1)]
async fn seal(request: Request, next: Next) -> Response {
    sealed("seal", request, next).await
}

#[middleware(path = "/sealed/**", priority = 2)]
async fn watch(request: Request, next: Next) -> Response {
    sealed("watch", request, next).await
}

async fn sealed(name: &'static str, request: Request, next: Next) -> Response {
    let mut reply = next.run(request).await;
    reply.headers_mut().append("x-seal", velithon::http::HeaderValue::from_static(name));
    reply
}

#[routes(prefix = "/sealed", middleware = [seal])]
mod outer {
    use super::*;

    #[get("/outer")]
    async fn handler() -> &'static str {
        "outer"
    }

    #[routes(prefix = "/deep", skip = [watch])]
    mod inner {
        use super::*;

        #[get("/inner")]
        async fn handler() -> &'static str {
            "inner"
        }

        #[controller("/seats")]
        impl Seats {
            #[get("/")]
            async fn count(&self) -> String {
                self.asked.load(Ordering::SeqCst).to_string()
            }
        }
    }

    mod plain {
        use super::*;

        #[get("/plain")]
        async fn handler() -> &'static str {
            "plain"
        }
    }
}

#[get("/sealed/beside")]
async fn handler() -> &'static str {
    "beside"
}

#[routes(prefix = "/api/v1", tags = ["api"])]
mod api {
    use super::*;

    #[get("/")]
    async fn index() -> &'static str {
        "index of v1"
    }

    #[get("/same", status = 201)]
    async fn same() -> &'static str {
        "the first"
    }

    /// Without an attribute of its own.
    mod plain {
        use super::*;

        #[get("/plain")]
        async fn plain() -> &'static str {
            "plain"
        }
    }

    #[routes(prefix = "/{tenant}", when = "features.tenants")]
    pub(super) mod tenants {
        use super::*;

        #[get("/same")]
        async fn same(tenant: String) -> String {
            format!("the second, of {tenant}")
        }

        #[controller("/seats")]
        impl Seats {
            #[get("/{seat}")]
            async fn show(&self, tenant: String, seat: u8) -> String {
                format!("seat {seat} of {tenant}, asked {} time(s)", self.asked.fetch_add(1, Ordering::SeqCst) + 1)
            }
        }
    }
}

/// A group that gives its routes no prefix, only a condition.
#[routes(when = "features.tenants")]
mod unprefixed {
    use super::*;

    #[get("/unprefixed")]
    async fn unprefixed() -> &'static str {
        "no prefix"
    }
}

#[inject]
struct Seats {
    #[inject(default)]
    asked: AtomicU32,
}

#[inject]
struct Orders {
    #[inject(default)]
    placed: Mutex<Vec<String>>,
}

#[controller("/orders")]
impl Orders {
    #[get("/")]
    async fn all(&self) -> Json<Vec<String>> {
        Json(self.placed.lock().expect("no holder panics").clone())
    }

    #[get("/{id}")]
    async fn show(&self, id: usize) -> Result<String> {
        self.placed.lock().expect("no holder panics").get(id).cloned().ok_or_else(|| Error::not_found("no such order"))
    }

    #[post("/", status = 201)]
    async fn place(&self, order: String) -> String {
        self.placed.lock().expect("no holder panics").push(order);
        self.count()
    }

    #[get("/count", blocking)]
    fn count(&self) -> String {
        self.placed.lock().expect("no holder panics").len().to_string()
    }

    #[get("/rules")]
    async fn rules() -> &'static str {
        "no self is needed"
    }

    fn unserved(&self) {}
}

#[derive(Serialize, Deserialize, Clone, garde::Validate)]
struct Product {
    #[garde(length(min = 1))]
    name: String,
}

#[inject]
struct Products {
    #[inject(default)]
    known: Mutex<BTreeMap<u64, Product>>,
}

#[resource("/products")]
impl Products {
    async fn list(
        &self,
        #[query(default = 0)] skip: usize,
        #[query(default = 100)] limit: usize,
    ) -> Json<Vec<Product>> {
        Json(self.known.lock().expect("no holder panics").values().skip(skip).take(limit).cloned().collect())
    }

    async fn create(&self, item: Valid<Json<Product>>) -> Json<Product> {
        let mut known = self.known.lock().expect("no holder panics");
        let id = known.len() as u64;
        let item = item.into_inner();
        known.insert(id, item.clone());
        Json(item)
    }

    async fn get(&self, id: u64) -> Result<Json<Product>> {
        let known = self.known.lock().expect("no holder panics");
        known.get(&id).cloned().map(Json).ok_or_else(|| Error::not_found("no such product"))
    }

    async fn delete(&self, id: u64) -> Result<()> {
        match self.known.lock().expect("no holder panics").remove(&id) {
            Some(_) => Ok(()),
            None => Err(Error::not_found("no such product")),
        }
    }

    #[post("/{id}/rename")]
    async fn rename(&self, id: u64, name: String) -> Result<()> {
        match self.known.lock().expect("no holder panics").get_mut(&id) {
            Some(product) => product.name = name,
            None => return Err(Error::not_found("no such product")),
        }
        self.unused();
        Ok(())
    }

    fn unused(&self) {}
}

#[get("/groups/silence")]
async fn silence(orders: Inject<Orders>) {
    orders.unserved();
}
