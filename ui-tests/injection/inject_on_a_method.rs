use velithon::prelude::*;

struct Users;

impl Users {
    #[inject]
    fn new() -> Self {
        Self
    }
}

fn main() {}
