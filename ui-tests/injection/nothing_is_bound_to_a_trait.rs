use velithon::prelude::*;

trait Mailer: Send + Sync {}

#[inject]
struct Users {
    mailer: Inject<dyn Mailer>,
}

fn main() {}
