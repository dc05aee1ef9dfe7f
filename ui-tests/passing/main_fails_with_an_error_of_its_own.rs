//! Whatever `?` makes a `velithon::Error` of is an error of `main`.

#![deny(warnings)]

use velithon::prelude::*;

#[velithon::main]
async fn main(app: App) -> std::io::Result<()> {
    let _ = app;
    Ok(())
}
