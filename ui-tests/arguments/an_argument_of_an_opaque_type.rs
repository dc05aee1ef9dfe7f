//! Nothing says which type stands for `impl Trait`.

use velithon::prelude::*;

#[get("/users/{id}")]
async fn show(id: impl ToString) -> String {
    id.to_string()
}

fn main() {}
