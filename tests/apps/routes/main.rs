//! The service that tests/routes.rs talks to: a corner for each promise about routes.

mod bodies;
mod captures;
mod errors;
mod extractors;
mod groups;
mod guards;
mod parameters;
mod replies;
mod switches;

use velithon::prelude::*;

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
