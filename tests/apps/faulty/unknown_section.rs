//! A condition on a section that nobody reads.

use velithon::prelude::*;

#[config("shop")]
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Shop {
    open: bool,
}

#[get("/open", when = "shpo.open")]
async fn open() -> &'static str {
    "open"
}

#[get("/closed", when = "shop.opne == false")]
async fn closed(shop: Config<Shop>) -> String {
    shop.open.to_string()
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
