//! That the tool measures: it starts peers, compares their replies, and writes what it found.

use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs};

use serde_json::Value;

/// Runs the tool with the peers that were built beside it.
fn tool(out: &Path, arguments: &[&str]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_velithon-load"));
    let built = program.parent().expect("a program is in a folder");
    let mut command = Command::new(program);
    command.args(arguments).arg("--built").arg(built).arg("--out").arg(out);
    command.output().expect("the tool starts")
}

#[test]
fn every_peer_is_measured_on_every_endpoint() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("smoke");
    let brief = ["--rounds", "1", "--seconds", "0.05", "--connections", "2", "--peers", "hyper,axum-tuned,axum"];
    let output = tool(&out, &[&["http"], &brief[..]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read(out.join("http.json")).expect("the figures were written");
    let figures: Vec<Value> = serde_json::from_slice(&text).expect("they are JSON");
    let endpoints: Vec<_> = figures.iter().filter_map(|one| one["endpoint"].as_str()).collect();
    assert_eq!(endpoints, ["plaintext", "json", "users", "echo", "rows", "cached", "chain"]);
    for one in &figures {
        let peers = one["peers"].as_array().expect("a list");
        let names: Vec<_> = peers.iter().filter_map(|peer| peer["peer"].as_str()).collect();
        assert_eq!(names, ["velithon", "hyper", "axum-tuned", "axum"]);
        for peer in peers {
            let figure = |name: &str| peer[name].as_f64().unwrap_or_default();
            assert!(figure("cpu_us_per_request") > 0.0 && figure("requests_per_second") > 0.0, "{peer}");
        }
    }
}

#[test]
fn a_peer_that_is_not_there_ends_the_run_with_its_name() {
    let output = tool(Path::new(env!("CARGO_TARGET_TMPDIR")), &["http", "--peers", "fastapi"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains("fastapi needs --python"), "{told}");
}
