//! JSON without a network: how long it takes to write and to read values, beside serde_json and sonic-rs, and beside
//! orjson where a Python is given.
//!
//! Every contender has its turn in every round, and the best of its turns counts: what is compared is a ratio of one
//! run. All of them write and read the same values ([`shapes`]), and the text is compared before anything is measured.

mod decode;
mod encode;
mod list;
mod orjson;
mod shapes;
mod turns;

use std::path::Path;

use serde_json::json;

use crate::{Result, table};

/// Measures everything and writes the figures to `<out>/json.json`.
pub(crate) fn run(rounds: usize, python: Option<&Path>, out: &Path) -> Result<()> {
    let encode = encode::run(rounds)?;
    let list = list::run(rounds, python)?;
    let decode = decode::run(rounds)?;
    table::write(out, "json", &json!({ "encode": encode, "list": list, "decode": decode }))
}
