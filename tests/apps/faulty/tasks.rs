//! Everything that can be wrong with tasks and is only seen in the whole program.

use velithon::prelude::*;

#[inject]
trait Ledger: Send + Sync {}

/// Lives as long as a request, behind a slot where the compiler does not see it.
#[inject(request, as = dyn Ledger)]
#[derive(Default)]
struct OneLedger;

impl Ledger for OneLedger {}

#[task(name = "mail.digest", queue = "mail")]
async fn digest() {}

#[task(name = "mail.other", alias = "mail.digest", queue = "mail")]
async fn other() {}

#[task(name = "reports.yearly", queue = "reports")]
async fn yearly() {}

#[task(name = "proj.add", broker = "celery", remote)]
async fn add(x: i64) -> Result<i64>;

#[task(name = "nightly", queue = "mail", cron = "0 3 * * *", tz = "Mars/Olympus")]
async fn nightly() {}

#[task(name = "booked", queue = "mail")]
async fn booked(ledger: Inject<dyn Ledger>) {
    let _ = ledger;
}

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
