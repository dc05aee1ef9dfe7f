//! A library that registers routes is linked, but not included.

use velithon::prelude::*;

#[get("/own")]
async fn own(ledger: Inject<fixture_billing::Ledger>) -> &'static str {
    let _ = ledger;
    "own"
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
