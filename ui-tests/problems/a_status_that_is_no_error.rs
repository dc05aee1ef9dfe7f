use velithon::prelude::*;

#[derive(Debug, Problem)]
enum ShopError {
    #[problem(status = 200, title = "all is well")]
    Fine,
    #[problem(status = 1000, title = "no status at all")]
    Wild,
}

fn main() {}
