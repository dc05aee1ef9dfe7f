//! One value serves all requests.

use velithon::prelude::*;

#[inject]
#[derive(Default)]
struct Orders;

#[controller("/orders")]
impl Orders {
    #[get("/{id}")]
    async fn show(&mut self, id: u64) -> String {
        id.to_string()
    }

    #[delete("/{id}")]
    async fn cancel(self, id: u64) -> String {
        id.to_string()
    }
}

fn main() {}
