use velithon::prelude::*;

#[derive(Debug, Problem)]
enum ShopError {
    #[problem(transparent)]
    Database(std::io::Error, u64),
    #[problem(transparent)]
    Nothing,
}

fn main() {}
