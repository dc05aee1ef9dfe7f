use velithon::prelude::*;

#[middleware]
fn compression(method: velithon::http::Method) -> tower::layer::util::Identity {
    tower::layer::util::Identity::new()
}

fn main() {}
