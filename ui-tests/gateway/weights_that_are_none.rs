//! A weight is a whole number from 1 to 1000.

use velithon::prelude::*;

#[upstream(targets = [
    "http://10.0.0.1; weight=0",
    "http://10.0.0.2; weight=1001",
    "http://10.0.0.3; weight",
    "http://10.0.0.4; weigth=3",
    "http://10.0.0.5; backup=yes",
])]
struct Payments;

fn main() {}
