//! A list as a reply: encoded on all cores and read to its last frame, as a connection does; and what a reply costs that
//! was encoded before.

use std::path::Path;
use std::time::Instant;

use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use velithon::prelude::*;

use super::shapes::{Row, rows};
use super::turns::{best, contender, time};
use super::{orjson, turns};
use crate::Result;
use crate::table::Table;

/// Rows that are lent: a reply drops its list, the encoders beside it do not, and dropping is no part of encoding.
type Lent = &'static Row;

/// The reply that a route of this return type makes.
fn reply(rows: Vec<Lent>) -> Response {
    use velithon::route::replies::*;
    (&&&&velithon::route::Returned::<Json<Vec<Lent>>>::NEW).velithon_reply(Json(rows), 0)
}

pub(super) fn run(rounds: usize, python: Option<&Path>) -> Result<Value> {
    let runtime = Builder::new_current_thread().build()?;
    let mut table = Table::new(&[
        "rows",
        "bytes",
        "serde_json",
        "sequential",
        "Json<Vec<_>>",
        "x serde_json",
        "x sequential",
        "first frame",
    ]);
    let mut figures = Vec::new();
    for count in [1, 10, 100, 500, 1_000, 1_500, 2_000, 5_000, 20_000, 100_000] {
        figures.push(case(rounds, &runtime, &mut table, count)?);
    }
    table.print("A list as a reply, on all cores; first frame: from the value to the first bytes");
    let orjson = python.map(|python| orjson::run(python, rounds)).transpose()?;
    Ok(json!({ "lists": figures, "orjson": orjson, "preencoded": preencoded(rounds, &runtime)? }))
}

fn case(rounds: usize, runtime: &Runtime, table: &mut Table, count: u64) -> Result<Value> {
    let list: Vec<Lent> = rows(count).leak().iter().collect();
    let text = serde_json::to_vec(&list)?;
    if runtime.block_on(reply(list.clone()).into_body().collect())?.to_bytes() != text {
        return Err("the text of the frames differs from serde_json's".into());
    }
    let (mut theirs, mut sequential, mut ours, mut first) = (f64::MAX, f64::MAX, f64::MAX, f64::MAX);
    // A reply takes its list with it, so each turn has copies made before the clock is started.
    let turns = (20_000 / count).clamp(1, 2_000) as usize;
    for _ in 0..rounds.max(1) {
        theirs = theirs.min(turn(&list, turns, |list| drop(serde_json::to_vec(&list))));
        sequential = sequential.min(turn(&list, turns, |list| drop(velithon::json::encode(&list))));
        ours = ours.min(turn(&list, turns, |list| runtime.block_on(drained(reply(list)))));
        let mut begun = Vec::new();
        first = first.min(turn(&list, turns, |list| {
            let mut body = reply(list).into_body();
            drop(runtime.block_on(body.frame()));
            begun.push(body);
        }));
    }
    let (ratio, gain) = (theirs / ours, sequential / ours);
    let mut cells = vec![count.to_string(), text.len().to_string()];
    cells.extend([theirs, sequential, ours].map(time));
    cells.extend([format!("{ratio:.2}"), format!("{gain:.2}"), time(first)]);
    table.row(cells);
    Ok(json!({
        "rows": count, "bytes": text.len(), "serde_json_ns": theirs, "sequential_ns": sequential, "json_ns": ours,
        "ratio": ratio, "gain": gain, "first_frame_ns": first,
    }))
}

/// Reads a body as a connection does, which lets go of a frame once it is written.
async fn drained(reply: Response) {
    let mut body = reply.into_body();
    while let Some(Ok(frame)) = body.frame().await {
        std::hint::black_box(frame);
    }
}

/// Nanoseconds for one list.
fn turn(list: &[Lent], turns: usize, mut work: impl FnMut(Vec<Lent>)) -> f64 {
    let copies: Vec<Vec<Lent>> = (0..turns).map(|_| list.to_vec()).collect();
    let begun = Instant::now();
    copies.into_iter().for_each(&mut work);
    begun.elapsed().as_nanos() as f64 / turns as f64
}

/// What a cached reply costs beside one of plain text, without the connection.
fn preencoded(rounds: usize, runtime: &Runtime) -> Result<Value> {
    let cached = Preencoded::new(rows(100))?;
    let times = best(
        rounds,
        &mut [
            contender("plaintext", || runtime.block_on("Hello, World!".into_response().into_body().collect())),
            contender("preencoded", || runtime.block_on(cached.clone().into_response().into_body().collect())),
        ],
    );
    let mut table = Table::new(&["reply", "time"]);
    for (name, &nanoseconds) in ["plaintext", "Preencoded, 100 rows"].iter().zip(&times) {
        table.row(vec![(*name).to_owned(), turns::time(nanoseconds)]);
    }
    table.print("Making a reply and reading its body, without a connection");
    Ok(json!({ "plaintext_ns": times[0], "preencoded_ns": times[1] }))
}
