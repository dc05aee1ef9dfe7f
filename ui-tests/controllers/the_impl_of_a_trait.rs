//! The methods of a trait are called by others.

use velithon::prelude::*;

struct Orders;

trait Show {
    async fn show(&self, id: u64) -> String;
}

#[controller("/orders")]
impl Show for Orders {
    #[get("/{id}")]
    async fn show(&self, id: u64) -> String {
        id.to_string()
    }
}

fn main() {}
