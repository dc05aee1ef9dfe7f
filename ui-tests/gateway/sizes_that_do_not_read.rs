//! Sizes have units that leave nothing open.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1"])]
struct Payments;

#[gateway("/a", upstream = Payments, body_limit = "10 megs", body_json(max = "1mib"))]
struct A;

fn main() {}
