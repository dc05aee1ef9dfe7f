use velithon::prelude::*;

trait Mailer {}

#[inject(as = dyn Mailer)]
struct Smtp;

impl Mailer for Smtp {}

fn main() {}
