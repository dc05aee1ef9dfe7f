//! JSON that clients send.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use velithon::prelude::*;

/// Ignores what it does not know, as serde does unless told otherwise.
#[derive(Serialize, Deserialize, ToJson)]
struct Basket {
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default, skip_serializing_if = "HashMap::is_empty")]
    notes: HashMap<String, Vec<u8>>,
}

#[derive(Serialize, Deserialize, ToJson)]
struct Item {
    sku: String,
    count: u32,
    price: Option<f64>,
}

#[post("/basket")]
async fn basket(basket: Json<Basket>) -> Json<Basket> {
    basket
}

#[post("/number")]
async fn number(number: Json<f64>) -> Json<f64> {
    number
}

/// Text is kept as it came: numbers of any size, doubled keys and all.
#[post("/text")]
async fn text(text: Json<String>) -> Json<String> {
    text
}
