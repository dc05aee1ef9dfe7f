//! A task shares its threads with others.

use velithon::prelude::*;

#[task]
fn digest(user: u64) {
    let _ = user;
}

fn main() {}
