//! The capture and the argument are meant for each other, and are one mistake.

use velithon::prelude::*;

#[get("/users/{id}")]
async fn show(user_id: u64) -> String {
    user_id.to_string()
}

#[get("/shops/{shop}/orders/{ordr}")]
async fn order(shop: String, order: OrderId) -> String {
    shop + &order.0
}

struct OrderId(String);

fn main() {}
