//! Methods are written as on the wire.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1"])]
struct Payments;

#[gateway("/pay", upstream = Payments, methods = [get, DELTE])]
struct PayRoute;

fn main() {}
