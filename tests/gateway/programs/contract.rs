//! `cargo run -p velithon-tests --bin gateway-contract`: the table of the gateway's correctness contract.
//!
//! Arguments are beginnings of file names (`005 n3`); with some, the logs of what velithon fails are printed too. `--alone`
//! leaves nginx and HAProxy out, `--peers` velithon.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use velithon_tests::gateway::contract::{Proxy, Result, Suite};

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Vec<String>) -> Result<bool> {
    let (flags, only): (Vec<String>, Vec<String>) = arguments.into_iter().partition(|one| one.starts_with("--"));
    let flag = |name: &str| flags.iter().any(|one| one == name);
    let mut proxies = Proxy::ALL.to_vec();
    if flag("--alone") {
        proxies = vec![Proxy::Velithon];
    }
    if flag("--peers") {
        proxies.retain(|proxy| *proxy != Proxy::Velithon);
    }
    let suite = Suite { velithon: build()?, proxies, only };
    let report = suite.run()?;
    let faults = report.faults();
    #[expect(clippy::print_stdout, reason = "the table is what the program is for")]
    {
        if !suite.only.is_empty() {
            faults.iter().for_each(|(name, log)| println!("== {name}\n{log}\n"));
        }
        println!("{report}");
        report.unexplained().iter().for_each(|name| println!("{name}: both others differ, and no reason is given"));
    }
    Ok(faults.is_empty())
}

/// Builds the proxy beside this program, with the profile this program has.
fn build() -> Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args([
        "build",
        "--quiet",
        "-p",
        "velithon-tests",
        "--bin",
        "gateway",
    ]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    if !cargo.status()?.success() {
        return Err("the proxy cannot be built".into());
    }
    let own = std::env::current_exe()?;
    let folder = own.parent().unwrap_or(Path::new("."));
    Ok(folder.join("gateway"))
}
