//! Reading a text into a type, on one core.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use velithon::json::from_slice;

use super::shapes::{self, Account, Canada, Citm, Order, Row, Twitter};
use super::turns::{best, contender, time};
use crate::Result;
use crate::table::Table;

pub(super) fn run(rounds: usize) -> Result<Value> {
    let mut table = Table::new(&["shape", "bytes", "serde_json", "sonic-rs", "velithon", "x"]);
    let figures = vec![
        case::<Account>(rounds, &mut table, "small struct", &shapes::account())?,
        case::<Vec<Row>>(rounds, &mut table, "1,000 rows", &shapes::rows(1_000))?,
        case::<Vec<Row>>(rounds, &mut table, "20,000 rows", &shapes::rows(20_000))?,
        case::<Order>(rounds, &mut table, "nested order", &shapes::order())?,
        case::<Twitter>(rounds, &mut table, "twitter", &shapes::twitter())?,
        case::<Citm>(rounds, &mut table, "citm", &shapes::citm())?,
        case::<Canada>(rounds, &mut table, "canada", &shapes::canada())?,
        case::<Canada>(rounds, &mut table, "canada, 6 digits", &shapes::canada_rounded())?,
        case::<Vec<u64>>(rounds, &mut table, "numbers", &(0..10_000u64).map(|n| n * n * 31).collect::<Vec<_>>())?,
        case::<Vec<String>>(rounds, &mut table, "escapes", &vec!["a \"quoted\"\ntext\\ é\u{1}"; 1_000])?,
        case::<Value>(rounds, &mut table, "dynamic order", &shapes::order())?,
        case::<Value>(rounds, &mut table, "dynamic twitter", &shapes::twitter())?,
        case::<Small>(rounds, &mut table, "one member of twitter", &shapes::twitter())?,
    ];
    table.print("Decoding on one core, time per text; x: how many times as fast as serde_json::from_slice");
    Ok(Value::Array(figures))
}

/// Skips nearly everything.
#[derive(serde::Deserialize)]
struct Small {
    #[serde(rename = "search_metadata")]
    _metadata: Value,
}

fn case<T: DeserializeOwned>(rounds: usize, table: &mut Table, name: &str, value: &impl Serialize) -> Result<Value> {
    let text = serde_json::to_vec(value)?;
    let times = best(
        rounds,
        &mut [
            contender("serde_json", || serde_json::from_slice::<T>(&text)),
            contender("sonic-rs", || sonic_rs::from_slice::<T>(&text)),
            contender("velithon", || from_slice::<T>(&text)),
        ],
    );
    let [theirs, sonic, ours] = times[..] else { return Err("three contenders".into()) };
    let ratio = theirs / ours;
    let mut cells = vec![name.to_owned(), text.len().to_string()];
    cells.extend(times.iter().map(|&nanoseconds| time(nanoseconds)));
    cells.push(format!("{ratio:.2}"));
    table.row(cells);
    Ok(json!({
        "shape": name, "bytes": text.len(), "serde_json_ns": theirs, "sonic_rs_ns": sonic, "velithon_ns": ours,
        "ratio": ratio,
    }))
}
