//! A priority is a name without quotes.

use velithon::prelude::*;

#[task(priority = "high")]
async fn digest() {}

#[task(priority = Urgent)]
async fn report() {}

fn main() {}
