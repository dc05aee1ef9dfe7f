//! Which of the two would hold?

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1"], retries = 1, retries = 2)]
struct Payments;

#[gateway("/pay", upstream = Payments, strip_prefix, strip_prefix, host = "a.example", preserve_host)]
struct PayRoute;

fn main() {}
