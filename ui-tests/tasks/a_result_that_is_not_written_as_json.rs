//! A result that is kept is written as JSON.

use velithon::prelude::*;

struct Summary;

#[task(result = "1h")]
async fn digest(user: u64) -> Result<Summary> {
    let _ = user;
    Ok(Summary)
}

fn main() {}
