//! Methods without an attribute stay what they are.

use velithon::prelude::*;

struct Orders;

#[controller("/orders")]
impl Orders {
    fn total(&self) -> u64 {
        0
    }
}

fn main() {}
