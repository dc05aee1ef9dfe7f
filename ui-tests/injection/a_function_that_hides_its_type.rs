use velithon::prelude::*;

#[inject]
fn names() -> impl Iterator<Item = String> {
    std::iter::empty()
}

fn main() {}
