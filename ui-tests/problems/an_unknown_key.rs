use velithon::prelude::*;

#[derive(Debug, Problem)]
enum ShopError {
    #[problem(status = 404, titel = "no such product")]
    NotFound,
    #[problem(transparent, status = 500)]
    Other(#[from] std::io::Error),
}

fn main() {}
