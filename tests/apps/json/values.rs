//! Values with a derived writer, with the attributes of serde that change the text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use velithon::prelude::*;

use crate::model;

#[derive(Clone, Serialize, ToJson)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: u64,
    #[serde(rename = "for")]
    customer: Arc<Customer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coupon: Option<String>,
    #[serde(skip)]
    _secret: &'static str,
    #[serde(with = "cents")]
    total: u64,
    lines: Vec<Line>,
    #[serde(flatten)]
    labels: BTreeMap<String, u8>,
    note: Cow<'static, str>,
    weights: [f64; 4],
    by_number: BTreeMap<i32, ()>,
}

/// Has no writer of its own: a field of this type goes through `Serialize`.
#[derive(Serialize)]
struct Customer {
    name: &'static str,
}

#[derive(Clone, Serialize, ToJson)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line {
    Article { sku: String, count: u32 },
    Postage(Postage),
    FreeOfCharge,
}

#[derive(Clone, Serialize, ToJson)]
struct Postage {
    to: char,
}

mod cents {
    use super::*;

    pub(super) fn serialize<S: Serializer>(cents: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{}.{:02}", cents / 100, cents % 100))
    }
}

fn order() -> Order {
    Order {
        order_id: u64::MAX,
        customer: Arc::new(Customer { name: "Ada \"the first\" \u{1}\\\n" }),
        coupon: None,
        _secret: "never sent",
        total: 120_05,
        lines: vec![
            Line::Article { sku: "größer als sechzehn Bytes \u{1f600}".into(), count: 3 },
            Line::Postage(Postage { to: '\u{7f}' }),
            Line::FreeOfCharge,
        ],
        labels: [("a".to_owned(), 1), ("b\t".to_owned(), 2)].into(),
        note: "</script>".into(),
        weights: [0.1, -0.0, 1e300, f64::NAN],
        by_number: [(-7, ())].into(),
    }
}

#[get("/order")]
async fn derived() -> Json<Order> {
    Json(order())
}

#[get("/model/order")]
async fn derived_model() -> Result<String> {
    model(&order())
}

/// An alias hides the list from the attribute, not from the compiler.
type Orders = Json<Vec<Order>>;

#[get("/orders", status = 203)]
async fn orders() -> Result<Orders> {
    Ok(Json(vec![order(), order()]))
}

#[get("/model/orders")]
async fn orders_model() -> Result<String> {
    model(&[order(), order()])
}

/// A key that is no text has no JSON.
#[get("/impossible")]
async fn impossible() -> Json<BTreeMap<(u8, u8), &'static str>> {
    Json([((1, 2), "hunter2")].into())
}
