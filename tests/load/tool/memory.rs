//! Resident memory of the smallest service, idle: the example `hello`, and the same handler in axum.

use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use crate::Result;
use crate::build::Programs;
use crate::cli::Cli;
use crate::cores::Cores;
use crate::process::Server;
use crate::table::{Table, write};

/// What each is at first, and after one request, on all cores.
pub(crate) fn run(cli: &Cli, programs: &Programs) -> Result<()> {
    let ours = idle(programs, "hello")?;
    let theirs = idle(programs, "hello-axum")?;
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let mut table = Table::new(&["", "RSS MiB"]);
    table.row(vec!["hello (velithon)".to_owned(), format!("{:.2}", mebibytes(ours))]);
    table.row(vec!["hello (axum)".to_owned(), format!("{:.2}", mebibytes(theirs))]);
    table.row(vec!["more".to_owned(), format!("{:.2}", mebibytes(ours) - mebibytes(theirs))]);
    table.print("resident memory, idle");
    write(&cli.out, "memory", &json!({ "velithon": ours, "axum": theirs }))
}

/// The least of a few looks: a service that has just started may still be giving memory back.
fn idle(programs: &Programs, name: &str) -> Result<u64> {
    let cores = Cores::of_this_process()?;
    let server = Server::start(&[programs.example(name)], cores.all(), cores.all())?;
    let mut least = u64::MAX;
    for _ in 0..5 {
        sleep(Duration::from_millis(100));
        least = least.min(server.resident()?);
    }
    Ok(least)
}
