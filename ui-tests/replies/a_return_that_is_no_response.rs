//! One error, at the return type.

use velithon::prelude::*;

struct Account;

#[get("/account")]
async fn account() -> Account {
    Account
}

#[get("/number")]
async fn number() -> u64 {
    1
}

fn main() {}
