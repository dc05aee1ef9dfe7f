use velithon::prelude::*;

struct Settings;

#[middleware]
fn compression(settings: Inject<Settings>) -> tower::layer::util::Identity {
    tower::layer::util::Identity::new()
}

fn main() {}
