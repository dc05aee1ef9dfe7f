//! velithon's gateway: every request to one upstream, which velithon's environment names; all defaults are on.

use velithon::prelude::*;

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
