//! Providers that need each other through a slot, where no compiler sees it.

use velithon::prelude::*;

#[inject]
trait Mailer: Send + Sync {
    fn send(&self) -> bool;
}

#[inject(as = dyn Mailer)]
struct Smtp {
    users: Inject<Users>,
}

impl Mailer for Smtp {
    fn send(&self) -> bool {
        self.users.known()
    }
}

#[inject]
struct Users {
    mailer: Inject<dyn Mailer>,
}

impl Users {
    fn known(&self) -> bool {
        self.mailer.send()
    }
}

#[get("/users")]
async fn users(users: Inject<Users>) -> String {
    users.known().to_string()
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
