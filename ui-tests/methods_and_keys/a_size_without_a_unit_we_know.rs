//! Sizes have the units of IEC 80000-13.

use velithon::prelude::*;

#[post("/upload", body_limit = "10 megs")]
async fn upload() {}

#[post("/small", body_limit = "64kib")]
async fn small() {}

fn main() {}
