//! A struct names one upstream.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1"])]
#[upstream(targets = ["http://10.0.0.2"])]
struct Payments;

fn main() {}
