use velithon::prelude::*;

trait Mailer: Send + Sync {}

#[inject(as = dyn Mailer)]
struct Smtp;

impl Mailer for Smtp {}

struct Fake;

fn faked(app: App) -> App {
    app.with::<dyn Mailer>(Fake).with::<Smtp>(Fake)
}

fn main() {}
