use velithon::prelude::*;

struct Compression;

#[middleware]
fn compression() -> Compression {
    Compression
}

fn main() {}
