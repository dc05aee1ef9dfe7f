use velithon::prelude::*;

#[derive(Debug, Problem)]
enum ShopError {
    NotFound { id: u64 },
    #[problem(title = "sold out")]
    SoldOut,
}

fn main() {}
