use velithon::prelude::*;

trait Session: Send + Sync {}

#[inject(request, as = dyn Session)]
struct Cookies;

impl Session for Cookies {}

#[inject]
struct Users {
    session: Lazy<dyn Session>,
}

fn main() {}
