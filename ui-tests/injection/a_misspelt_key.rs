use velithon::prelude::*;

#[inject(requst, condition = "shop.cache")]
struct Users;

#[inject(every)]
trait Plugin: Send + Sync {}

#[inject]
struct Orders {
    #[inject(defalt)]
    log: Vec<String>,
}

fn main() {}
