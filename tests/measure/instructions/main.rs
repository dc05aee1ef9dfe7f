//! Whether the parts of a request have become dearer: counts the instructions of `velithon/benches/instructions`, and of
//! a request through the example `proxy`, and compares them with `velithon/benches/instructions.txt`.
//!
//! `cargo run -p velithon-tests --bin instructions` fails when a count has risen by more than 2 %, with both numbers.
//! Another compiler, another valgrind, C library or processor counts differently: then it says so, prints the counts
//! beside the recorded ones and does not fail. `-- --record` writes the file.

mod counts;
mod origin;
mod proxy;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs, io};

use self::counts::{Counts, compare};
use self::origin::Origin;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run(env::args().any(|argument| argument == "--record")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(record: bool) -> Result<()> {
    let (origin, counts) = (Origin::here()?, count()?);
    if record {
        return Ok(fs::write(file(), format!("{HEAD}\n{origin}\n{counts}"))?);
    }
    let text = fs::read_to_string(file())?;
    let comparison = compare(&Counts::recorded(&text), &counts);
    println!("{comparison}");
    match origin.difference(&text) {
        Some(difference) => println!("not judged: {difference}"),
        None if comparison.has_risen() => return Err(RISEN.into()),
        None => {}
    }
    Ok(())
}

const HEAD: &str = "# Instructions of velithon/benches/instructions, and what they were counted with.
# `cargo run -p velithon-tests --bin instructions -- --record` writes this file.
";

const RISEN: &str = "some count has risen by more than 2 %
help: make it cheaper, or record the counts and say in the commit what they buy: \
cargo run -p velithon-tests --bin instructions -- --record";

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../velithon/benches/instructions.txt")
}

/// Runs the bench, and the proxy.
fn count() -> Result<Counts> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["bench", "--quiet", "-p", "velithon", "--bench", "instructions", "--", "--output-format=json"]);
    let output = cargo.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        let help = "help: it needs valgrind, and `cargo install gungraun-runner` in the version that Cargo.lock names";
        return Err(format!("the bench does not run\n{help}").into());
    }
    Ok(Counts::counted(&output.stdout)?.and(proxy::counted()?))
}

/// The first line that a program prints.
fn first_line(program: &str, argument: &str) -> io::Result<String> {
    let output = Command::new(program).arg(argument).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned())
}
