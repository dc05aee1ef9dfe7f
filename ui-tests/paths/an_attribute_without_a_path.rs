//! A route begins with its path, and a path is a string.

use velithon::prelude::*;

#[get]
async fn nothing() {}

#[post(status = 201)]
async fn keys() {}

#[get(/users)]
async fn bare() {}

fn main() {}
