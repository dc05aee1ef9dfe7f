//! Nobody knows which field of a union holds.

use velithon::prelude::*;

#[derive(ToJson)]
union Either {
    number: u32,
    float: f32,
}

fn main() {}
