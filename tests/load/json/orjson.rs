//! The same 100,000 rows in Python, by orjson: `<environment>/bin/python` with `orjson` installed.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::shapes::rows;
use super::turns::time;
use crate::Result;
use crate::table::Table;

/// Reads the rows from the file named first, and prints the seconds of the best round.
const PROGRAM: &str = "
import json, sys, time, orjson
rows = json.load(open(sys.argv[1]))
best = 1e9
for _ in range(int(sys.argv[2])):
    begun = time.perf_counter()
    text = orjson.dumps(rows)
    best = min(best, time.perf_counter() - begun)
print(best)
";

pub(super) fn run(python: &Path, rounds: usize) -> Result<Value> {
    let file = std::env::temp_dir().join(format!("velithon-load-rows-{}.json", std::process::id()));
    std::fs::write(&file, serde_json::to_vec(&rows(100_000))?)?;
    let output = Command::new(python.join("bin/python"))
        .args(["-c", PROGRAM])
        .arg(&file)
        .arg(rounds.max(1).to_string())
        .output();
    std::fs::remove_file(&file)?;
    let output = output?;
    if !output.status.success() {
        return Err(format!("orjson: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let nanoseconds = String::from_utf8(output.stdout)?.trim().parse::<f64>()? * 1e9;
    let mut table = Table::new(&["rows", "orjson.dumps"]);
    table.row(vec!["100000".to_owned(), time(nanoseconds)]);
    table.print("The same rows in Python");
    Ok(nanoseconds.into())
}
