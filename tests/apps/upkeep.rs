//! One upstream behind one prefix; everything else is configured by the test.

use velithon::prelude::*;

#[upstream(targets = ["http://127.0.0.1:1"])]
struct Shop;

#[gateway("/shop", upstream = Shop, strip_prefix)]
struct ShopRoute;

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
