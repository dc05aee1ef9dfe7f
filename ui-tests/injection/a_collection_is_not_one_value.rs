use velithon::prelude::*;

#[inject(all)]
trait Plugin: Send + Sync {}

#[inject]
struct Host {
    plugin: Inject<dyn Plugin>,
}

fn main() {}
