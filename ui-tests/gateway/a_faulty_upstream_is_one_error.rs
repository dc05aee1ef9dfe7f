//! Who names a faulty upstream is not told that it is none.

use velithon::prelude::*;

#[upstream(targets = ["10.0.0.1"])]
struct Payments;

#[gateway("/pay", upstream = Payments)]
struct PayRoute;

fn main() {}
