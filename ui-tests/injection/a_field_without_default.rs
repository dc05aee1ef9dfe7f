use velithon::prelude::*;

struct Log;

#[inject]
struct Users {
    #[inject(default)]
    log: Log,
}

fn main() {}
