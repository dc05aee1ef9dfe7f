use velithon::prelude::*;

trait Mailer: Send + Sync {}

#[inject(as = Mailer)]
struct Smtp;

impl Mailer for Smtp {}

fn main() {}
