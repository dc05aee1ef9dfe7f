//! velithon calls a handler, and cannot know what it asks for.

use velithon::prelude::*;

#[get("/unsafe")]
unsafe fn handler() {}

fn main() {}
