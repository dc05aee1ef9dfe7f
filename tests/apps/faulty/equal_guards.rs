//! Guards that do not tell two handlers apart.

use velithon::prelude::*;

#[get("/report", accept = "text/csv")]
async fn table() -> &'static str {
    "a,b"
}

#[get("/report", accept = "text/csv")]
async fn sheet() -> &'static str {
    "a;b"
}

#[get("/report", accept = "application/json")]
async fn json() -> &'static str {
    "{}"
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
