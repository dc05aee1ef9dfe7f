//! A worker finds one function by its name.

use velithon::prelude::*;

#[task]
async fn digest<T: Send>(user: T) {
    let _ = user;
}

fn main() {}
