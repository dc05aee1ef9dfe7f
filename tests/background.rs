//! `Background`: what a handler leaves behind, over real sockets.

#![deny(warnings, missing_docs, unreachable_pub)]
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use velithon_tests::{Program, Scratch, Service};

fn program(diary: &Scratch) -> Program {
    Program::new(env!("CARGO_BIN_EXE_task_runner")).env("VELITHON_DIARY__PATH", diary.name())
}

/// What was written so far.
fn diary(path: &Scratch) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn wait_for(path: &Scratch, line: &str) {
    let begun = Instant::now();
    while !diary(path).contains(line) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{line} is not in {}", diary(path));
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn post(service: &Service, path: &str) -> velithon_tests::Reply {
    service.request("POST", path, &[], "")
}

#[test]
fn the_reply_does_not_wait_for_work_that_is_left_behind() {
    let path = Scratch::path("diary");
    let service = program(&path).start();
    // On one connection, so that the second request has to wait for the first if anything does.
    let mut connection = service.connect();
    connection.request("POST", "/background/1000", &[], b"");
    connection.reply_to("POST").is(200);
    connection.request("GET", "/", &[], b"");
    connection.reply_to("GET").is(200);
    assert!(!diary(&path).contains("left behind"));
    wait_for(&path, "left behind");
}

#[test]
fn work_begins_when_the_last_byte_of_the_reply_was_sent() {
    let path = Scratch::path("diary");
    let service = program(&path).start();
    let mut connection = service.connect();
    connection.request("GET", "/background/gated", &[], b"");
    wait_for(&path, "first piece");
    post(&service, "/background/open").is(200);
    connection.reply_to("GET").is(200);
    wait_for(&path, "work");
    let lines = diary(&path);
    assert!(lines.find("last piece") < lines.find("work"), "{lines}");
}

#[test]
fn a_handler_that_panics_leaves_nothing_behind() {
    let path = Scratch::path("diary");
    let service = program(&path).start();
    post(&service, "/background/panic").is(500);
    post(&service, "/background/0").is(200);
    wait_for(&path, "left behind");
    assert!(!diary(&path).contains("after a panic"), "{}", diary(&path));
}

#[test]
fn the_end_waits_for_what_was_left_behind() {
    let path = Scratch::path("diary");
    let service = program(&path).start();
    post(&service, "/background/700").is(200);
    service.terminate();
    service.ended().exits(0);
    assert!(diary(&path).contains("left behind"), "{}", diary(&path));
}

#[test]
fn what_is_too_much_is_refused_and_said() {
    let path = Scratch::path("diary");
    let service = program(&path).start();
    post(&service, "/background/flood").is(200).says("1024 waiting, then refused");
}
