use velithon::prelude::*;

trait Mailer: Send + Sync {}

#[inject(as = dyn Mailer)]
struct Smtp;

impl Mailer for Smtp {}

#[inject(as = dyn Mailer)]
struct Sendmail;

impl Mailer for Sendmail {}

fn main() {}
