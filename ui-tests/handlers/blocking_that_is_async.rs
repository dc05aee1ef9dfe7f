//! `blocking` is for functions that wait without giving way.

use velithon::prelude::*;

#[get("/report", blocking)]
async fn report() {}

fn main() {}
