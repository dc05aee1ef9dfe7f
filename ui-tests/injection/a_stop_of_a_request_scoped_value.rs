use velithon::prelude::*;

#[inject(request, stop = close)]
struct UnitOfWork;

impl UnitOfWork {
    fn close(&self) {}
}

fn main() {}
