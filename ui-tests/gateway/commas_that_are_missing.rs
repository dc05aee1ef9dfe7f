//! What cannot be read is shown where it stands.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1"] retries = 2)]
struct Payments;

#[upstream("http://10.0.0.1")]
struct Keyless;

#[gateway("/pay" upstream = Payments)]
struct PayRoute;

fn main() {}
