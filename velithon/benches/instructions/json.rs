//! JSON in and out: by the writer made at compile time, by `Serialize`, and by serde_json beside them.

use gungraun::{library_benchmark, library_benchmark_group};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use velithon::json::{ToJson, encode, from_slice, to_bytes};

/// A small object: the reply of most routes.
#[derive(Serialize, Deserialize, ToJson)]
struct Account {
    id: u64,
    name: String,
    email: String,
    active: bool,
    age: u8,
}

/// A row of a table.
#[derive(Serialize, Deserialize, ToJson)]
struct Row {
    id: u64,
    name: String,
    score: f64,
    tags: Vec<String>,
    city: Option<String>,
    balance: i64,
    state: State,
}

#[derive(Serialize, Deserialize, ToJson)]
#[serde(rename_all = "snake_case")]
enum State {
    New,
    Shipped { carrier: String },
}

fn account() -> Account {
    Account { id: 48_213, name: "Ada Lovelace".into(), email: "ada.lovelace@example.org".into(), active: true, age: 36 }
}

fn row(number: u32) -> Row {
    Row {
        id: u64::from(number) * 7919,
        name: format!("user number {number}"),
        score: f64::from(number) * 0.37,
        tags: vec!["alpha".into(), "a \"quoted\" tag".into()],
        city: number.is_multiple_of(2).then(|| "Hà Nội".into()),
        balance: i64::from(number) * -31,
        state: if number.is_multiple_of(3) { State::Shipped { carrier: "DHL".into() } } else { State::New },
    }
}

fn rows() -> Vec<Row> {
    (0..200).map(row).collect()
}

fn text(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("it has JSON")
}

/// Writes once before, so that the thread has its buffer.
fn warm<T: ToJson>(value: T) -> T {
    encode(&value).expect("it has JSON");
    to_bytes(&value).expect("it has JSON");
    value
}

#[library_benchmark]
#[bench::account(warm(account()))]
#[bench::rows(warm(rows()))]
fn write_by_to_json<T: ToJson>(value: T) -> (T, usize) {
    let length = encode(&value).map_or(0, |text| text.len());
    (value, length)
}

#[library_benchmark]
#[bench::account(warm(account()))]
#[bench::rows(warm(rows()))]
fn write_by_serialize<T: Serialize>(value: T) -> (T, usize) {
    let length = to_bytes(&value).map_or(0, |text| text.len());
    (value, length)
}

#[library_benchmark]
#[bench::account(account())]
#[bench::rows(rows())]
fn write_by_serde_json<T: Serialize>(value: T) -> (T, usize) {
    let length = serde_json::to_vec(&value).map_or(0, |text| text.len());
    (value, length)
}

/// The value is given back, so that dropping it is not part of the measurement.
fn read<T: DeserializeOwned>(text: &[u8]) -> T {
    from_slice(text).unwrap_or_else(|_| panic!("it is the text of a value"))
}

#[library_benchmark]
#[bench::account(text(&account()))]
fn read_account(text: Vec<u8>) -> (Vec<u8>, Account) {
    let value = read(&text);
    (text, value)
}

#[library_benchmark]
#[bench::rows(text(&rows()))]
fn read_rows(text: Vec<u8>) -> (Vec<u8>, Vec<Row>) {
    let value = read(&text);
    (text, value)
}

library_benchmark_group!(
    name = convert,
    benchmarks = [write_by_to_json, write_by_serialize, write_by_serde_json, read_account, read_rows]
);
