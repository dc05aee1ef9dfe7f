//! An included library has nothing to register.

use velithon::prelude::*;

#[get("/own")]
async fn own() -> String {
    fixture_silent::sound().to_string()
}

#[velithon::main(include = [fixture_silent])]
async fn main(app: App) -> Result<()> {
    app.run().await
}
