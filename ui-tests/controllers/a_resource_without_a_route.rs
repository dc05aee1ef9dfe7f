//! The names of the methods give the routes.

use velithon::prelude::*;

struct Products;

#[resource("/products")]
impl Products {
    async fn lst(&self) -> String {
        String::new()
    }
}

fn main() {}
