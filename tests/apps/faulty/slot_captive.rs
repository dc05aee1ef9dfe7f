//! A singleton that would keep the value of one request, through a slot.

use velithon::prelude::*;

#[inject]
trait Clock: Send + Sync {
    fn now(&self) -> u64;
}

#[inject(request, as = dyn Clock)]
#[derive(Default)]
struct RequestClock;

impl Clock for RequestClock {
    fn now(&self) -> u64 {
        7
    }
}

#[inject]
struct Schedule {
    clock: Inject<dyn Clock>,
}

#[get("/now")]
async fn now(schedule: Inject<Schedule>) -> String {
    schedule.clock.now().to_string()
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
