//! An upstream is a type that says so, wherever it is named.

use velithon::prelude::*;

struct Payments;

#[upstream(targets = ["http://10.0.0.1:8080"])]
struct Ledger;

#[gateway("/pay", upstream = Payments)]
struct PayRoute;

#[gateway("/split", upstream = Ledger, split(Payments = "5%"))]
struct SplitRoute;

fn main() {}
