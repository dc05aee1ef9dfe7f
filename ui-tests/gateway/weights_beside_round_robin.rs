//! Only some balances know weights.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1:8080", "http://10.0.0.2:8080; weight=3"], balance = "round_robin")]
struct Payments;

fn main() {}
