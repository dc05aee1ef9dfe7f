//! Routes that ask for middleware which is switched off.

use velithon::middleware::access_log;
use velithon::prelude::*;

#[middleware(path = "/nowhere", when = "features.audit")]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[get("/audited", middleware = [audit], skip = [access_log])]
async fn audited() {}

#[get("/logged", middleware = [access_log])]
async fn logged() {}

#[get("/off", middleware = [audit], when = "features.audit")]
async fn off() {}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
