//! A tuple is status, headers and body.

use velithon::prelude::*;

struct Account;

#[post("/account")]
async fn account() -> (StatusCode, Account) {
    (StatusCode::CREATED, Account)
}

fn main() {}
