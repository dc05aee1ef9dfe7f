//! The type inside is to blame, however deep it stands.

use velithon::prelude::*;

struct Account;

#[get("/json")]
async fn json() -> Json<Account> {
    Json(Account)
}

#[get("/result")]
async fn result() -> Result<Json<Vec<Account>>> {
    Ok(Json(Vec::new()))
}

fn main() {}
