use velithon::prelude::*;

#[inject(request)]
struct UnitOfWork;

#[inject(transient)]
struct Query {
    work: Inject<UnitOfWork>,
}

#[inject]
fn users(query: Inject<Query>) -> String {
    let _ = query;
    String::new()
}

fn main() {}
