//! The path of a resource captures `id`.

use velithon::prelude::*;

#[inject]
#[derive(Default)]
struct Products;

#[resource("/products")]
impl Products {
    async fn get(&self, product_id: u64) -> String {
        product_id.to_string()
    }
}

fn main() {}
