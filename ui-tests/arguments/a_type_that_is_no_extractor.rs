//! One error, at the type.

use velithon::prelude::*;

struct Account;

#[get("/accounts/{id}")]
async fn show(id: u64, account: Account, #[query] skip: u32) -> String {
    let _ = account;
    (id + u64::from(skip)).to_string()
}

fn main() {}
