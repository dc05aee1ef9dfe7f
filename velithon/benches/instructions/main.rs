//! What the parts of a request cost, in instructions: dispatch, injection and middleware beside axum's router, and JSON
//! in and out beside serde_json.
//!
//! `cargo run -p velithon-tests --bin instructions` runs it and compares with `velithon/benches/instructions.txt`. By
//! itself: `cargo bench -p velithon --bench instructions`; needs valgrind and `cargo install gungraun-runner`.

#![allow(missing_docs, reason = "a benchmark has no readers but these files")]

mod json;
mod requests;

use gungraun::main;

use self::json::convert;
use self::requests::serve;

main!(library_benchmark_groups = serve, convert);
