//! A task belongs to no request.

use velithon::prelude::*;

#[inject(request)]
#[derive(Default)]
struct UnitOfWork {
    #[inject(default)]
    lines: Vec<String>,
}

#[task]
async fn digest(user: u64, work: Inject<UnitOfWork>) {
    let _ = (user, work);
}

fn main() {}
