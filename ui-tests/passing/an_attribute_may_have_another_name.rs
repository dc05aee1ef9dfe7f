//! Outside of `#[routes]` an attribute works under any name, and by its whole path.
#![deny(warnings)]

use velithon::{get as fetch, prelude::*};

#[fetch("/fetched/{id}")]
async fn fetched(id: u64) -> String {
    id.to_string()
}

#[velithon::post("/written/out")]
async fn written_out(#[header] host: String) -> String {
    host
}

fn main() {
    let _: Option<Json<u8>> = None;
}
