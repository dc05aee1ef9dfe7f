//! Every duration has a unit, and waits are a range.

use velithon::prelude::*;

#[task(timeout = "30", backoff = "1s")]
async fn digest(user: u64) {
    let _ = user;
}

#[task(backoff = "5m..1s", result = "a day")]
async fn report(year: u16) -> u16 {
    year
}

fn main() {}
