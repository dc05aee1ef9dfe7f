//! A field that serde cannot write is serde's to report, once.

use serde::Serialize;
use velithon::prelude::*;

struct Money(u64);

#[derive(Serialize, ToJson)]
struct Price {
    amount: Money,
}

fn main() {}
