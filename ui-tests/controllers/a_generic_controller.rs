//! What is injected is one type.

use velithon::prelude::*;

struct Orders<T>(T);

#[controller("/orders")]
impl<T> Orders<T> {
    #[get("/{id}")]
    async fn show(&self, id: u64) -> String {
        id.to_string()
    }
}

fn main() {}
