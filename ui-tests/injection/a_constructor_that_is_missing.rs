use velithon::prelude::*;

struct Users;

#[inject]
impl Users {
    fn build() -> Self {
        Self
    }
}

fn main() {}
