use velithon::prelude::*;

#[velithon::main]
async fn main() -> velithon::Result<()> {
    Ok(())
}
