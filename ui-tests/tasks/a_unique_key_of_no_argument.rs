//! `by` names payload arguments.

use velithon::prelude::*;

#[task(unique(by = "user"))]
async fn digest(user_id: u64, ctx: TaskContext) {
    let _ = (user_id, ctx);
}

fn main() {}
