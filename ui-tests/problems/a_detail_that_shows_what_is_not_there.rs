use velithon::prelude::*;

#[derive(Debug, Problem)]
enum ShopError {
    #[problem(status = 404, title = "no such product", detail = "there is no product {number}")]
    NotFound { id: u64 },
}

fn main() {}
