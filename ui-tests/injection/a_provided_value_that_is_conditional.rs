use velithon::prelude::*;

#[inject(provided, when = "features.users")]
struct Users {
    name: String,
}

fn main() {}
