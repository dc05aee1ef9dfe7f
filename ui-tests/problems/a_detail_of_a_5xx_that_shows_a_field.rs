use velithon::prelude::*;

#[derive(Debug, Problem)]
enum ShopError {
    #[problem(status = 502, title = "the supplier does not answer", detail = "{host} is down")]
    Supplier { host: String },
}

fn main() {}
