use velithon::prelude::*;

#[velithon::main(include = [shop_billing])]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
