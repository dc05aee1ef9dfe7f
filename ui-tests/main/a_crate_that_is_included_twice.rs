use velithon::prelude::*;

#[velithon::main(include = [axum, axum])]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
