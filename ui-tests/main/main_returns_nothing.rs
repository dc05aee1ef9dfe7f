use velithon::prelude::*;

#[velithon::main]
async fn main(app: App) {
    let _ = app.run().await;
}
