use velithon::prelude::*;

trait Mailer: Send + Sync {}

struct Smtp;

impl Mailer for Smtp {}

#[inject(as = dyn Mailer)]
fn smtp(users: Inject<Users>) -> Smtp {
    let _ = users;
    Smtp
}

#[inject]
struct Users {
    mailer: Inject<dyn Mailer>,
}

fn main() {}
