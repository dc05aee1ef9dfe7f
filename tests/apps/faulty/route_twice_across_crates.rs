//! A route that an included library serves as well; the names of the captures differ.

use velithon::prelude::*;

#[get("/invoices/{number}")]
async fn own(number: u64) -> String {
    number.to_string()
}

#[velithon::main(include = [fixture_billing])]
async fn main(app: App) -> Result<()> {
    app.run().await
}
