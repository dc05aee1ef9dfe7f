use velithon::prelude::*;

#[inject(transient)]
struct Users {
    orders: Inject<Orders>,
}

#[inject(transient)]
struct Orders {
    users: Inject<Users>,
}

fn main() {}
