//! What is held across an `await` moves between threads.

use std::rc::Rc;

use velithon::prelude::*;

#[get("/count")]
async fn count() -> String {
    let count = Rc::new(1);
    pause().await;
    count.to_string()
}

async fn pause() {}

fn main() {}
