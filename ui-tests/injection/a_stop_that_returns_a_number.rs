use velithon::prelude::*;

#[inject(stop = close)]
struct Pool;

impl Pool {
    async fn close(&self) -> u32 {
        7
    }
}

fn main() {}
