//! A capture is text.

use velithon::prelude::*;

struct UserId(u64);

#[get("/users/{id}")]
async fn show(id: UserId, #[query] after: Option<UserId>, #[header] x_owner: Vec<UserId>) -> String {
    format!("{}{}{}", id.0, after.is_some(), x_owner.len())
}

fn main() {}
