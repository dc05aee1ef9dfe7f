//! The keys that exist, and the nearest one.

use velithon::prelude::*;

#[task(retry = 5, queue = mail)]
async fn digest() {}

fn main() {}
