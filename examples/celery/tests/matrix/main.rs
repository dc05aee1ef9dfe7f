//! Every kind of call, from Rust to Python and from Python to Rust, over Redis and over RabbitMQ, with real ones of all four.
//!
//! `cargo test -p celery --test matrix` prints each cell as it passes. It needs redis-server, rabbitmq-server, and Celery in
//! `target/celery`, where `test.sh` puts it.

mod faults;
mod python;
mod recorded;
mod servers;
mod to_python;
mod to_rust;

use std::process::ExitCode;

use servers::{Rabbit, Redis};
use velithon_tests::{Program, Service};

/// The cells that passed and that did not.
#[derive(Default)]
pub struct Matrix {
    passed: u32,
    failed: u32,
}

impl Matrix {
    /// Prints one cell.
    pub fn cell(&mut self, broker: &str, direction: &str, kind: &str, outcome: Result<(), String>) {
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!("{broker:10} {direction:16} {kind:12} {word}");
        match outcome {
            Ok(()) => self.passed += 1,
            Err(why) => {
                self.failed += 1;
                println!("    {}", why.replace('\n', "\n    "));
            }
        }
    }
}

/// A broker with its results, and the settings with which both sides reach it.
pub struct Broker {
    pub name: &'static str,
    pub url: String,
    pub results: String,
}

impl Broker {
    /// The Rust side: one slot, so that a busy worker is busy, and a short lease.
    pub fn rust(&self) -> Service {
        let toml = format!(
            "[tasks]\nlease = \"2s\"\nworker.slots = 1\n\n[tasks.brokers.celery]\nurl = \"{}\"\nresults = \"{}\"\nserve = \"velithon\"\n\
             max_priority = 10\n",
            self.url, self.results,
        );
        Program::new(env!("CARGO_BIN_EXE_celery-matrix")).toml(&toml).start()
    }
}

fn main() -> ExitCode {
    let mut matrix = Matrix::default();
    record(&mut matrix);
    let redis = Redis::start();
    let rabbit = Rabbit::start();
    let brokers = [
        Broker { name: "redis", url: redis.url(0), results: redis.url(1) },
        Broker { name: "rabbitmq", url: rabbit.url(), results: redis.url(2) },
    ];
    for broker in &brokers {
        let rust = broker.rust();
        to_rust::run(&mut matrix, broker);
        to_python::run(&mut matrix, broker, &rust);
        rust.terminate();
        faults::run(&mut matrix, broker);
    }
    faults::redis_restarts(&mut matrix, redis);
    println!("{} cells ok, {} failed", matrix.passed, matrix.failed);
    if matrix.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Over a Redis that holds nothing else.
fn record(matrix: &mut Matrix) {
    let redis = Redis::start();
    let broker = Broker { name: "redis", url: redis.url(0), results: redis.url(1) };
    matrix.cell(broker.name, "Python", "recorded", recorded::still_the_same(&broker));
}
