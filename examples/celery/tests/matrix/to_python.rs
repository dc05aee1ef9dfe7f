//! Rust calls, Python runs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use velithon_tests::{PATIENCE, Scratch, Service};

use super::python::Worker;
use super::{Broker, Matrix};

/// What is called, and how it must end.
type Cell = (&'static str, fn(&Service));

pub fn run(matrix: &mut Matrix, broker: &Broker, rust: &Service) {
    let _worker = Worker::start(broker);
    // On RabbitMQ a queue is there once its first consumer has declared it.
    until(|| rust.post_json("/send", r#"{"task":"add","args":["0","0"]}"#).status == 200);
    let cells: [Cell; 8] = [
        ("ok", ok),
        ("failure", failure),
        ("retry", retry),
        ("eta", eta),
        ("expires", expires),
        ("priority", priority),
        ("result", result),
        ("revoke", revoke),
    ];
    for (kind, cell) in cells {
        let outcome = catch_unwind(AssertUnwindSafe(|| cell(rust)));
        matrix.cell(broker.name, "Rust -> Python", kind, outcome.map_err(|panic| words(&*panic)));
    }
}

/// What a panic says.
pub fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

pub fn until(truth: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !truth() {
        assert!(Instant::now() < end, "it did not happen in time");
        sleep(Duration::from_millis(20));
    }
}

pub fn send(rust: &Service, what: &Value) -> String {
    let reply = rust.post_json("/send", &what.to_string()).is(200);
    reply.json().as_str().expect("an id").to_owned()
}

pub fn ended(rust: &Service, id: &str) -> Value {
    rust.get(&format!("/ended/{id}")).is(200).json()
}

pub fn lines(path: &Scratch) -> Vec<String> {
    std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64()
}

fn ok(rust: &Service) {
    let id = send(rust, &json!({ "task": "add", "args": ["1", "2"] }));
    assert_eq!(ended(rust, &id)["state"], "done");
}

fn result(rust: &Service) {
    let id = send(rust, &json!({ "task": "add", "args": ["40", "2"] }));
    assert_eq!(ended(rust, &id)["result"], "42");
}

fn failure(rust: &Service) {
    let id = send(rust, &json!({ "task": "fail", "args": ["broken on purpose"] }));
    let ended = ended(rust, &id);
    assert_eq!((&ended["state"], &ended["error"]), (&json!("dead"), &json!("ValueError: broken on purpose")));
}

fn retry(rust: &Service) {
    let id = send(rust, &json!({ "task": "again", "args": ["2"] }));
    assert_eq!(ended(rust, &id)["result"], "2");
}

fn eta(rust: &Service) {
    let begun = now();
    let id = send(rust, &json!({ "task": "now", "delay_ms": 1500 }));
    let ended = ended(rust, &id);
    let ran: f64 = ended["result"].as_str().and_then(|text| text.parse().ok()).expect("a time");
    assert!((1.5..10.0).contains(&(ran - begun)), "after {}", ran - begun);
}

/// Sends tasks while the worker is busy; returns the file to which they write.
fn while_busy(rust: &Service, then: impl Fn(&Scratch)) -> Scratch {
    let (busy, notes) = (Scratch::path("busy"), Scratch::path("notes"));
    let slow = send(rust, &json!({ "task": "slow", "args": [busy.name(), "1.5"] }));
    until(|| lines(&busy) == ["started"]);
    then(&notes);
    assert_eq!(ended(rust, &slow)["state"], "done");
    notes
}

fn expires(rust: &Service) {
    let notes = while_busy(rust, |notes| {
        send(rust, &json!({ "task": "note", "args": [notes.name(), "late"], "expires_ms": 300 }));
        send(rust, &json!({ "task": "note", "args": [notes.name(), "in time"] }));
    });
    until(|| !lines(&notes).is_empty());
    assert_eq!(lines(&notes), ["in time"]);
}

fn priority(rust: &Service) {
    let notes = while_busy(rust, |notes| {
        // One is taken ahead by Celery's worker while it is busy, whatever its priority.
        send(rust, &json!({ "task": "note", "args": [notes.name(), "ahead"], "priority": "critical" }));
        sleep(Duration::from_millis(300));
        send(rust, &json!({ "task": "note", "args": [notes.name(), "idle"], "priority": "low" }));
        send(rust, &json!({ "task": "note", "args": [notes.name(), "urgent"], "priority": "critical" }));
    });
    until(|| lines(&notes).len() == 3);
    assert_eq!(lines(&notes), ["ahead", "urgent", "idle"]);
}

fn revoke(rust: &Service) {
    let notes = Scratch::path("notes");
    let id = send(rust, &json!({ "task": "note", "args": [notes.name(), "revoked"], "delay_ms": 1000 }));
    rust.post_json(&format!("/cancel/{id}"), "").is(200).says("true");
    assert_eq!(ended(rust, &id)["state"], "cancelled");
    assert!(lines(&notes).is_empty());
}
