use velithon::prelude::*;

#[inject]
fn limit(size: usize) -> u64 {
    size as u64
}

fn main() {}
