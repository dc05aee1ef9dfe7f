//! Payload is written as JSON when a task is enqueued, and read where it runs.

use velithon::prelude::*;

struct Picture {
    pixels: Vec<u8>,
}

#[task]
async fn resize(picture: Picture, width: u32) {
    let _ = (picture.pixels, width);
}

fn main() {}
