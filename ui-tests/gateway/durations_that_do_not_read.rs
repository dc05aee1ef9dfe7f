//! A duration has units, and `off` is a limit that is none.

use velithon::prelude::*;

#[upstream(timeout(connect = "2", first_byte = "30 sec", total = "never"), queue_timeout = "off", slow_start = "1.5s")]
struct Payments;

#[upstream(health(every = "10"), breaker(window = "", open = "60s..5s"))]
struct Ledger;

fn main() {}
