//! A task runs when the caller is long gone.

use velithon::prelude::*;

#[task]
async fn digest(name: &str) {
    let _ = name;
}

fn main() {}
