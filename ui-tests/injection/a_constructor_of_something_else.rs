use velithon::prelude::*;

struct Users;

#[inject]
impl Users {
    fn new() -> Option<Self> {
        None
    }
}

fn main() {}
