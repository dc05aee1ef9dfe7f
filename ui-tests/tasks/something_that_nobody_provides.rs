//! What a task asks for is provided.

use velithon::prelude::*;

struct Mailer;

#[task]
async fn digest(user: u64, mailer: Inject<Mailer>) {
    let _ = (user, mailer);
}

fn main() {}
