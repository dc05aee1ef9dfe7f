use std::cell::RefCell;
use velithon::prelude::*;

#[inject]
struct Users {
    #[inject(default)]
    names: RefCell<Vec<String>>,
}

fn main() {}
