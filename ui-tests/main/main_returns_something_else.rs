use velithon::prelude::*;

#[velithon::main]
async fn main(app: App) -> u8 {
    u8::from(app.run().await.is_err())
}
