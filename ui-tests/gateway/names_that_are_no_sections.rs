//! A name is a section of velithon.toml.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1"], name = "Payments-V2")]
struct Payments;

#[gateway("/pay", upstream = Payments, name = pay)]
struct PayRoute;

fn main() {}
