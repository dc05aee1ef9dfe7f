use velithon::prelude::*;

#[inject]
trait Plugin: Send + Sync {}

#[inject]
struct Host {
    plugins: All<dyn Plugin>,
}

fn main() {}
