use velithon::prelude::*;

#[velithon::main(include = ["shop-billing"])]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
