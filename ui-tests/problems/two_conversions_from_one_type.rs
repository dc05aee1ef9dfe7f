use velithon::prelude::*;

#[derive(Debug, Problem)]
enum ShopError {
    #[problem(transparent)]
    Read(#[from] std::io::Error),
    #[problem(transparent)]
    Write(#[from] std::io::Error),
}

fn main() {}
