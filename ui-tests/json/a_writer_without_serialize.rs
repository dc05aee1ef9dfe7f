//! `ToJson` promises the text of `Serialize`, so there has to be one.

use velithon::prelude::*;

#[derive(ToJson)]
struct Account {
    id: u64,
    name: String,
}

fn main() {}
