//! What each route says for itself, and what begins a controller.

use velithon::prelude::*;

struct Orders;

#[controller("/orders", status = 201, tagz = ["a"])]
impl Orders {
    #[get("/")]
    async fn list(&self) -> String {
        String::new()
    }
}

struct Items;

#[controller(prefix = "/items")]
impl Items {
    #[get("/{id}")]
    async fn show(&self, #[query] id: u64) -> String {
        id.to_string()
    }
}

struct Lines;

#[resource("/lines/")]
impl Lines {
    async fn list(&self, #[query] id: u64) -> String {
        id.to_string()
    }
}

fn main() {}
