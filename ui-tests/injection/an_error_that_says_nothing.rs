use velithon::prelude::*;

struct Silent;

#[inject]
fn size() -> std::result::Result<u64, Silent> {
    Err(Silent)
}

fn main() {}
