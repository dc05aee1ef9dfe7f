use velithon::prelude::*;

struct Settings;

#[inject]
struct Users {
    settings: Config<Settings>,
}

fn main() {}
