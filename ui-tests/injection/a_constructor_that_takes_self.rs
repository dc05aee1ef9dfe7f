use velithon::prelude::*;

struct Users;

#[inject]
impl Users {
    fn new(&mut self) -> Self {
        Self
    }
}

fn main() {}
