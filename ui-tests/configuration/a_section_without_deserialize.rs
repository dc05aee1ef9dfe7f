use velithon::prelude::*;

#[config("shop")]
struct Shop {
    name: String,
}

fn main() {}
