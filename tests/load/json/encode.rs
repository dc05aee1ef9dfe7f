//! Writing a value into memory of its own, on one core.

use serde::Serialize;
use serde_json::{Value, json};
use velithon::ToJson;
use velithon::json::{encode, to_bytes};

use super::shapes;
use super::turns::{best, contender, time};
use crate::Result;
use crate::table::Table;

/// Measures every shape; the aim of a shape is what its writer has to be faster than serde_json by.
pub(super) fn run(rounds: usize) -> Result<Value> {
    let mut table = Table::new(&[
        "shape",
        "bytes",
        "serde_json",
        "sonic-rs",
        "Serialize",
        "ToJson",
        "Serialize x",
        "ToJson x",
        "aim",
    ]);
    let figures = vec![
        case(rounds, &mut table, "small struct", 2.5, &shapes::account())?,
        case(rounds, &mut table, "1,000 rows", 3.0, &shapes::rows(1_000))?,
        case(rounds, &mut table, "100,000 rows", 4.0, &shapes::rows(100_000))?,
        case(rounds, &mut table, "nested order", 2.5, &shapes::order())?,
        case(rounds, &mut table, "twitter", 1.5, &shapes::twitter())?,
        case(rounds, &mut table, "citm", 1.5, &shapes::citm())?,
        case(rounds, &mut table, "canada", 1.5, &shapes::canada())?,
        case(rounds, &mut table, "canada, 6 digits", 1.5, &shapes::canada_rounded())?,
        case(rounds, &mut table, "numbers", 1.0, &numbers())?,
        case(rounds, &mut table, "dynamic", 1.0, &serde_json::to_value(shapes::order())?)?,
    ];
    table.print("Encoding on one core, time per value; x: how many times as fast as serde_json::to_vec");
    Ok(Value::Array(figures))
}

/// Whole numbers of all lengths.
fn numbers() -> Vec<u64> {
    (0..10_000u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (n % 60)).collect()
}

fn case<T: ToJson + Serialize>(rounds: usize, table: &mut Table, name: &str, aim: f64, value: &T) -> Result<Value> {
    let text = serde_json::to_vec(value)?;
    if encode(value)? != text || to_bytes(value)? != text {
        return Err(format!("{name}: the text differs from serde_json's").into());
    }
    let times = best(
        rounds,
        &mut [
            contender("serde_json", || serde_json::to_vec(value)),
            contender("sonic-rs", || sonic_rs::to_vec(value)),
            contender("Serialize", || to_bytes(value)),
            contender("ToJson", || encode(value)),
        ],
    );
    let [theirs, sonic, serialized, written] = times[..] else { return Err("four contenders".into()) };
    let (serialized_ratio, ratio) = (theirs / serialized, theirs / written);
    let mut cells = vec![name.to_owned(), text.len().to_string()];
    cells.extend(times.iter().map(|&nanoseconds| time(nanoseconds)));
    cells.extend([serialized_ratio, ratio, aim].map(|ratio| format!("{ratio:.2}")));
    table.row(cells);
    Ok(json!({
        "shape": name, "bytes": text.len(), "serde_json_ns": theirs, "sonic_rs_ns": sonic, "serialize_ns": serialized,
        "to_json_ns": written, "serialize_ratio": serialized_ratio, "to_json_ratio": ratio, "aim": aim,
    }))
}
