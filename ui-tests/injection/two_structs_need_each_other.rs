use velithon::prelude::*;

#[inject]
struct Users {
    orders: Inject<Orders>,
}

#[inject]
struct Orders {
    users: Inject<Users>,
}

fn main() {}
