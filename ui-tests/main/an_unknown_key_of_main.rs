use velithon::prelude::*;

#[velithon::main(includes = [axum])]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
