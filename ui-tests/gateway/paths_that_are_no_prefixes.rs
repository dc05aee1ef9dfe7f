//! A struct takes its path and everything below it.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1"])]
struct Payments;

#[gateway(upstream = Payments)]
struct Pathless;

#[gateway("pay", upstream = Payments)]
struct Relative;

#[gateway("/pay/{*rest}", upstream = Payments)]
struct Rest;

#[gateway("/pay/", upstream = Payments)]
struct Slash;

fn main() {}
