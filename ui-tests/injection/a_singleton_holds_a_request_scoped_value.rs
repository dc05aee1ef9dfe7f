use velithon::prelude::*;

#[inject(request)]
struct UnitOfWork;

#[inject]
struct Users {
    work: Inject<UnitOfWork>,
}

fn main() {}
