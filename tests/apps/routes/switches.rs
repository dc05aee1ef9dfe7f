//! Routes that configuration switches on and off.

use serde::Deserialize;
use velithon::prelude::*;

#[derive(Debug, PartialEq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Edition {
    #[default]
    Small,
    Large,
}

#[config("shop")]
#[derive(Deserialize, Default)]
#[serde(default)]
struct Shop {
    edition: Edition,
    open: bool,
}

#[get("/when/feature", when = "features.reports")]
async fn feature() -> &'static str {
    "reports"
}

#[get("/when/edition", when = "shop.edition == small")]
async fn small() -> &'static str {
    "small"
}

#[get("/when/edition", when = "shop.edition == large")]
async fn large() -> &'static str {
    "large"
}

#[get("/when/closed", when = "!shop.open")]
async fn closed(shop: Config<Shop>) -> String {
    format!("closed in the {:?} edition, open = {}", shop.edition, shop.open)
}
