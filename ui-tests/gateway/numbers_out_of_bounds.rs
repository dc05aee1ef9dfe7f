//! Numbers have bounds.

use velithon::prelude::*;

#[upstream(retries = -1, max_in_flight = 0, queue = -5, pool(connections = 0))]
struct Payments;

#[upstream(retries(count = 2, status = [200]), breaker(probes = 0), health(up = 0, expect = 99))]
struct Ledger;

fn main() {}
