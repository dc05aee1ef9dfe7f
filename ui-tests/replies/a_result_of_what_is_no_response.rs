//! The value of a `Result` is to blame.

use velithon::prelude::*;

struct Account;

#[get("/account")]
async fn account() -> Result<Account> {
    Ok(Account)
}

fn main() {}
