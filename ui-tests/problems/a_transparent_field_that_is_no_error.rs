use velithon::prelude::*;

#[derive(Debug)]
struct Row;

#[derive(Debug, Problem)]
enum ShopError {
    #[problem(transparent)]
    Database(Row),
}

fn main() {}
