//! What is stripped is the path of a struct.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1"])]
struct Payments;

#[gateway("/", upstream = Payments, strip_prefix)]
struct Everything;

#[gateway("/pay", upstream = Payments, strip_prefix = "/api")]
struct Other;

#[gateway("/both", upstream = Payments, strip_prefix, rewrite = "/v1/{path}")]
struct Both;

fn main() {}
