//! Lists that are encoded on several cores when they are long.

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use velithon::prelude::*;

use crate::model;

/// A row of some 80 bytes and more: from about 3,000 on a list of them is sent in chunks.
#[derive(Serialize, ToJson)]
struct Row {
    number: usize,
    name: String,
    half: f64,
    tags: Vec<&'static str>,
}

fn rows(count: usize) -> Vec<Row> {
    let row = |number| Row {
        number,
        name: format!("row \"{number}\" {}", "é".repeat(number % 50)),
        half: number as f64 / 2.0,
        tags: vec!["red", "green"],
    };
    (0..count).map(row).collect()
}

#[get("/rows/{count}")]
async fn written(count: usize) -> Json<Vec<Row>> {
    Json(rows(count))
}

#[get("/model/rows/{count}")]
async fn rows_model(count: usize) -> Result<String> {
    model(&rows(count))
}

/// The return type hides the list, so the handler says what it is.
#[get("/batch/{count}")]
async fn batch(count: usize) -> impl IntoResponse {
    (StatusCode::ACCEPTED, [("x-count", count.to_string())], JsonBatch(rows(count)))
}

/// A row that has no JSON.
struct Faulty {
    here: bool,
}

impl Serialize for Faulty {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.here { Err(S::Error::custom("hunter2")) } else { to.serialize_str(&"fine ".repeat(20)) }
    }
}

/// A list of 100,000 in which one row has no JSON.
#[get("/faulty/{place}")]
async fn faulty(place: usize) -> Json<Vec<Faulty>> {
    Json((0..100_000).map(|number| Faulty { here: number == place }).collect())
}
