//! Which of the two would hold?

use velithon::prelude::*;

#[post("/users", status = 201, status = 202)]
async fn create() {}

fn main() {}
