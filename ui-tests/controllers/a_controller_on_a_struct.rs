//! The methods stand in the `impl`.

use velithon::prelude::*;

#[controller("/orders")]
struct Orders;

fn main() {}
