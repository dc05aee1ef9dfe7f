//! Every key shows how it is written.

use velithon::prelude::*;

#[upstream(targets = "http://10.0.0.1", retries = "2", timeout = "2s", balance = 2, health = 5)]
struct Payments;

#[upstream(retry_if = "always", discover(dns), tls = true, breaker(count_500 = "yes"))]
struct Ledger;

#[gateway("/pay", upstream = Ledger, methods = GET, strip_prefix = "/pay", request(set("x-a")), response(rewrite_location("x")))]
struct PayRoute;

#[gateway("/more", upstream = Ledger, request("x-a", remove(), remove(x_a)), preserve_host = 1, transform = "redact", tags = "pay")]
struct More;

fn main() {}
