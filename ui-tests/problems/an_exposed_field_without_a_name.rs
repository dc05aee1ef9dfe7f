use velithon::prelude::*;

#[derive(Debug, Problem)]
enum ShopError {
    #[problem(status = 409, title = "sold out")]
    SoldOut(#[problem(expose)] u32),
    #[problem(status = 409, title = "taken")]
    Taken {
        #[problem(expose)]
        status: u32,
    },
}

fn main() {}
