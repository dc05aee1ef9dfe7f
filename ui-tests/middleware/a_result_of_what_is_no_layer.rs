use velithon::prelude::*;

#[middleware]
async fn compression() -> velithon::Result<String> {
    Ok("gzip".to_owned())
}

fn main() {}
