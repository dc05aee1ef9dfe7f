use velithon::prelude::*;

#[velithon::main]
async fn main(app: App) -> Result<(), String> {
    app.run().await.map_err(|error| error.to_string())
}
