//! Every key, every source of an argument and every kind of return.

#![deny(warnings)]

use serde::{Deserialize, Serialize};
use velithon::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Summary {
    lines: u32,
}

#[inject]
struct Reports {
    #[inject(default)]
    lines: Vec<String>,
}

#[config("mail")]
#[derive(Deserialize, Default)]
#[serde(default)]
struct MailConfig {
    from: String,
}

#[task]
async fn nothing() {}

#[task(name = "mail.digest", alias = ["digest"], queue = "mail", priority = High, retries = 5, backoff = "1s..5m",
       timeout = "30s", max_crashes = 3, unique(by = "user", within = "10m"), result = "24h", payload = "1MiB")]
pub async fn digest(user: u64, kind: String, ctx: TaskContext) -> Result<Summary> {
    Ok(Summary { lines: u32::from(ctx.attempt() > 0 && user > 0 && !kind.is_empty()) })
}

#[task(cron = "0 3 * * *", tz = "Europe/Berlin", missed = "run_all", overlap = "queue")]
async fn nightly(reports: Inject<Reports>, lazily: Lazy<Reports>, mail: Config<MailConfig>) -> Result<(), std::io::Error> {
    let _ = (reports.lines.len(), lazily, &mail.from);
    Ok(())
}

#[task(name = "proj.add", broker = "celery", remote)]
async fn add(x: i64, y: i64) -> Result<i64>;

mod inside {
    use velithon::prelude::*;

    #[task(unique)]
    pub(super) async fn deep(mut list: Vec<u8>) -> u8 {
        list.pop().unwrap_or_default()
    }
}

fn main() {
    let _ = (nothing::job(), digest::job(7, "weekly".to_owned()).priority(TaskPriority::Low), add::job(1, 2));
    let _ = (inside::deep::job(vec![1]), nightly::job());
    let _ = inside::deep(vec![1]);
}
