//! The gateway from the outside: the contract's scripts, and what a script cannot look at.

mod access;
mod contract;
mod disconnect;
mod failover;
mod frames;
mod limits;
mod memory;
mod metrics;
mod mirror;
mod regressions;
mod streams;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use velithon_tests::{Program, Service};

/// A program whose gateways stand in its velithon.toml.
fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_gateway"))
}

/// A proxy of everything to these targets, with further keys of the upstream.
fn proxy_to(targets: &[SocketAddr], keys: &str) -> Service {
    program().toml(&everything_to(targets, keys)).start()
}

fn everything_to(targets: &[SocketAddr], keys: &str) -> String {
    let targets: Vec<String> = targets.iter().map(|target| format!("\"http://{target}\"")).collect();
    let upstream = format!("[upstream.origin]\ntargets = [{}]\n{keys}\n", targets.join(", "));
    format!("{upstream}\n[gateway.everything]\npath = \"/\"\nupstream = \"origin\"\n")
}

/// Waits until `done`, looking every millisecond, and says how long it took; nothing when it took longer than `limit`.
fn within(limit: Duration, done: impl Fn() -> bool) -> Option<Duration> {
    let begun = Instant::now();
    while !done() {
        if begun.elapsed() > limit {
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Some(begun.elapsed())
}
