//! One error for each place that asks.

use velithon::prelude::*;

struct Users;

#[get("/users")]
async fn list(users: Inject<Users>, later: Lazy<Users>) -> String {
    let _ = (users, later);
    String::new()
}

fn main() {}
