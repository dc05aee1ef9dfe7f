//! The service that tests/json asks: every way in which JSON leaves and enters an application.
//!
//! Where a reply has a model, `/model/..` sends the text that serde_json makes of the same value.

mod bodies;
mod lists;
mod preencoded;
mod streams;
mod values;

use velithon::prelude::*;

/// What serde_json writes.
fn model(value: &impl serde::Serialize) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
