//! Faults of every kind at once, each of which is told.

use fixture_billing as _;
use velithon::prelude::*;

#[config("shop")]
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Shop {
    open: bool,
}

#[get("/twice", header("x-version" = "1"))]
async fn one() -> &'static str {
    "one"
}

#[get("/twice", header("x-version" = "1"))]
async fn two(shop: Config<Shop>) -> String {
    shop.open.to_string()
}

#[get("/lost", when = "shpo.open")]
async fn lost() {}

#[inject]
trait Files: Send + Sync {
    fn name(&self) -> &'static str;
}

#[inject]
struct Shelf {
    files: Inject<dyn Files>,
}

#[get("/shelf")]
async fn shelf(shelf: Inject<Shelf>) -> &'static str {
    shelf.files.name()
}

#[middleware]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware]
async fn stamp(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[velithon::main(include = [fixture_silent])]
async fn main(app: App) -> Result<()> {
    app.run().await
}
