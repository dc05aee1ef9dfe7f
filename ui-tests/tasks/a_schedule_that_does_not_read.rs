//! A schedule has five fields, or six with seconds first.

use velithon::prelude::*;

#[task(cron = "0 25 * * *")]
async fn nightly() {}

#[task(cron = "every night")]
async fn tidy_up() {}

fn main() {}
