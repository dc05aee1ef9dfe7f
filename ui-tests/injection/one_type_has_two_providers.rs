use velithon::prelude::*;

#[inject]
struct Users;

#[inject]
impl Users {
    fn new() -> Self {
        Self
    }
}

fn main() {}
