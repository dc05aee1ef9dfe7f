//! A generic type has a writer where its parameters have.

use serde::Serialize;
use velithon::json::encode;
use velithon::prelude::*;

#[derive(Serialize)]
struct Row {
    id: u64,
}

#[derive(Serialize, ToJson)]
struct Page<T> {
    rows: Vec<T>,
}

fn main() {
    let _ = encode(&Page { rows: vec![Row { id: 1 }] });
}
