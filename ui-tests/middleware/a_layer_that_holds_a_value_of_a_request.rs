use velithon::prelude::*;

#[inject(request)]
struct UnitOfWork;

struct Compression(Inject<UnitOfWork>);

#[middleware]
fn compression(unit: Inject<UnitOfWork>) -> tower::layer::util::Identity {
    let _ = Compression(unit);
    tower::layer::util::Identity::new()
}

fn main() {}
