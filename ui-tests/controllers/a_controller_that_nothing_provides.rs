//! `&self` is `Inject<Orders>`.

use velithon::prelude::*;

struct Orders;

#[controller("/orders")]
impl Orders {
    #[get("/{id}")]
    async fn show(&self, id: u64) -> String {
        id.to_string()
    }

    #[get("/")]
    async fn list(&self) -> String {
        String::new()
    }
}

fn main() {}
