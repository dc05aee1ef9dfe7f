use velithon::prelude::*;

trait Mailer: Send + Sync {}

#[inject(as = dyn Mailer)]
struct Smtp;

fn main() {}
