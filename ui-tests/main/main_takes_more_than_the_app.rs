use velithon::prelude::*;

struct Settings;

#[velithon::main]
async fn main(app: App, settings: Config<Settings>) -> velithon::Result<()> {
    app.run().await
}
