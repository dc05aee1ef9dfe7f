use velithon::prelude::*;

#[velithon::main]
async fn main(app: TestApp) -> velithon::Result<()> {
    app.start().await;
    Ok(())
}
