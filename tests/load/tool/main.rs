//! Measures velithon beside its peers on this machine, all in one run: what is compared is a ratio, never a number of
//! another day.
//!
//! `cargo run --release -p velithon-load -- http` builds every peer (`peers/`), starts them, compares their replies, and
//! measures them in turns. The other modes: `instructions` (callgrind), `stall`, `memory`, `json`, `all`; and of proxies
//! `gateway` and `idle`, which need nginx and HAProxy (Debian packages), and cmake to build Pingora.
//!
//! The load comes from the tool itself ([`closed`], [`open`]): it checks the length of every reply, and the clock of the
//! server's process is read at the same moments as the requests are counted.

mod build;
mod cli;
mod closed;
mod cores;
mod endpoint;
mod gateway;
mod http;
mod idle;
mod instructions;
#[path = "../json/mod.rs"]
mod json;
mod memory;
mod open;
mod peer;
mod process;
mod same;
mod single;
mod stall;
mod table;

use std::process::ExitCode;

use clap::Parser as _;

use self::cli::{Cli, Mode};

/// What can go wrong ends the run with its text.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    if cli.mode == Mode::Json {
        return json(cli);
    }
    let programs = build::programs(cli)?;
    match cli.mode {
        Mode::Http => http::run(cli, &programs),
        Mode::Instructions => instructions::run(cli, &programs),
        Mode::Stall => stall::run(cli, &programs),
        Mode::Memory => memory::run(cli, &programs),
        Mode::Json => json(cli),
        Mode::Gateway => gateway::run(cli, &programs),
        Mode::Idle => idle::run(cli, &programs),
        Mode::All => {
            json(cli)?;
            http::run(cli, &programs)?;
            memory::run(cli, &programs)?;
            stall::run(cli, &programs)?;
            instructions::run(cli, &programs)
        }
    }
}

fn json(cli: &Cli) -> Result<()> {
    json::run(cli.rounds, build::python(cli)?.as_deref(), &cli.out)
}
