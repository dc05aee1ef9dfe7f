use velithon::prelude::*;

#[velithon::main]
async fn start(app: App) -> velithon::Result<()> {
    app.run().await
}
