//! What is killed, on either side, and Redis itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde_json::json;
use velithon_tests::{Scratch, Service};

use super::python::{self, Worker};
use super::servers::Redis;
use super::to_python::{ended, lines, send, until, words};
use super::{Broker, Matrix};

pub fn run(matrix: &mut Matrix, broker: &Broker) {
    let rust = || catch_unwind(AssertUnwindSafe(|| rust_is_killed(broker))).map_err(|panic| words(&*panic));
    matrix.cell(broker.name, "Python -> Rust", "kill -9", rust());
    let python = || catch_unwind(AssertUnwindSafe(|| python_is_killed(broker))).map_err(|panic| words(&*panic));
    matrix.cell(broker.name, "Rust -> Python", "kill -9", python());
}

/// The task of a Rust worker that was killed runs in another, and its caller in Python gets the result.
fn rust_is_killed(broker: &Broker) {
    let (file, first) = (Scratch::path("killed"), broker.rust());
    let call = "import sys; from app import app; \
                print(app.send_task('rust.slow', [sys.argv[1], 1], queue='velithon').get(timeout=50))";
    let caller = python::script(broker, "-c").args([call, file.name()]).stdout(std::process::Stdio::piped()).spawn();
    let caller = caller.expect("Python");
    until(|| lines(&file) == ["started"]);
    // A service that is dropped is killed.
    drop(first);
    let second = broker.rust();
    let said = caller.wait_with_output().expect("the caller ends");
    assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), "1.0");
    assert_eq!(lines(&file), ["started", "started", "finished"]);
    second.terminate();
}

/// The task of a Python worker that was killed runs in another, since the worker acknowledges late.
fn python_is_killed(broker: &Broker) {
    let (file, rust) = (Scratch::path("killed"), broker.rust());
    let mut first = Worker::start(broker);
    until(|| rust.post_json("/send", r#"{"task":"add","args":["0","0"]}"#).status == 200);
    let id = send(&rust, &json!({ "task": "slow", "args": [file.name(), "2"] }));
    until(|| lines(&file) == ["started"]);
    first.kill();
    let _second = Worker::start(broker);
    until(|| lines(&file) == ["started", "started", "finished"]);
    assert_eq!(ended(&rust, &id)["state"], "done");
    rust.terminate();
}

/// Redis is killed twenty times; nothing is lost, and the worker goes on within five seconds without a restart of its own.
pub fn redis_restarts(matrix: &mut Matrix, mut redis: Redis) {
    let broker = Broker { name: "redis", url: redis.url(0), results: redis.url(1) };
    let rust = broker.rust();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        for round in 0..20 {
            let sent = sent(&rust, round);
            redis.restart();
            let begun = Instant::now();
            assert_eq!(told(&rust, &sent), "done", "round {round}");
            assert!(begun.elapsed() < Duration::from_secs(5), "round {round}: {:?}", begun.elapsed());
        }
    }));
    matrix.cell("redis", "Rust -> Rust", "20 restarts", outcome.map_err(|panic| words(&*panic)));
}

/// A task that is sent just before Redis is killed.
fn sent(rust: &Service, round: u32) -> String {
    send(rust, &json!({ "task": "own", "args": [round.to_string(), "1"] }))
}

/// The state of a task once the store answers again.
fn told(rust: &Service, id: &str) -> String {
    let mut state = String::new();
    let end = Instant::now() + Duration::from_secs(10);
    while state != "done" && Instant::now() < end {
        let reply = rust.get(&format!("/status/{id}"));
        if reply.status == 200 {
            reply.json()["state"].as_str().unwrap_or_default().clone_into(&mut state);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    state
}
