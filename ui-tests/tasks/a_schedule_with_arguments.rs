//! Nobody gives a schedule its arguments.

use velithon::prelude::*;

#[task(cron = "0 3 * * *")]
async fn nightly(user: u64) {
    let _ = user;
}

#[task(tz = "Europe/Berlin")]
async fn hourly() {}

fn main() {}
