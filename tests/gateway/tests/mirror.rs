//! Copies of requests: the same bytes, and nothing that a client or the upstream's other callers would notice.

use std::time::Duration;

use velithon_tests::Service;
use velithon_tests::gateway::chaos::{Chaos, Mode};
use velithon_tests::gateway::recorder::Recorder;

use crate::{program, within};

/// Everything to `origin`, copied to `shadow`; `/direct` goes to the shadow alone.
fn mirrored(origin: &Recorder, shadow: std::net::SocketAddr, keys: &str) -> Service {
    let text = format!(
        "[upstream.origin]\ntargets = [\"http://{}\"]\n\n[upstream.shadow]\ntargets = [\"http://{shadow}\"]\n{keys}\n\n\
         [gateway.everything]\npath = \"/\"\nupstream = \"origin\"\nmirror = {{ shadow = \"100%\" }}\n\n\
         [gateway.direct]\npath = \"/direct\"\nupstream = \"shadow\"\n",
        origin.address()
    );
    program().toml(&text).start()
}

#[test]
fn a_copy_is_the_request_and_its_reply_goes_to_nobody() {
    let origin = Recorder::start("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\norigin");
    let shadow = Recorder::start("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 6\r\n\r\nshadow");
    let proxy = mirrored(&origin, shadow.address(), "");
    proxy.request("POST", "/cards?page=2", &[("x-tenant", "a")], "an order").is(200).says("origin");
    let seen = shadow.wait_until(|seen| seen.iter().any(|one| one.answered > 0));
    let copy = String::from_utf8_lossy(&seen[0].bytes).to_lowercase();
    assert!(copy.starts_with("post /cards?page=2 http/1.1\r\n"), "{copy}");
    assert!(copy.contains("\r\nx-tenant: a\r\n") && copy.ends_with("\r\n\r\nan order"), "{copy}");
    assert!(copy.contains(&format!("\r\nhost: {}\r\n", shadow.address())), "{copy}");
}

#[test]
fn a_copy_that_nobody_answers_delays_no_client() {
    let origin = Recorder::start("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\norigin");
    let shadow = Chaos::start(Mode::Hang).unwrap();
    let proxy = mirrored(&origin, shadow.address(), "");
    // The shadow never answers any of them.
    (0..20).for_each(|_| drop(proxy.get("/").is(200)));
    assert!(within(Duration::from_secs(10), || shadow.requests() == 20).is_some(), "{}", shadow.requests());
}

#[test]
fn copies_that_fail_open_no_breaker_and_are_not_sent_again() {
    let origin = Recorder::start("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\norigin");
    let shadow = Chaos::start(Mode::EndAfter(0)).unwrap();
    let proxy = mirrored(&origin, shadow.address(), "breaker = \"classic\"");
    (0..10).for_each(|_| drop(proxy.get("/").is(200)));
    assert!(within(Duration::from_secs(10), || shadow.requests() >= 10).is_some(), "{}", shadow.requests());
    shadow.become_(Mode::Answer);
    proxy.get("/direct").is(200);
    assert_eq!(shadow.requests(), 11);
}

#[test]
fn an_open_breaker_keeps_no_copy_back() {
    let origin = Recorder::start("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\norigin");
    let shadow = Chaos::start(Mode::Garbage).unwrap();
    let proxy = mirrored(&origin, shadow.address(), "breaker = \"classic\"\nretries = 0");
    (0..5).for_each(|_| drop(proxy.get("/direct").is(502)));
    proxy.get("/direct").is(503);
    proxy.get("/").is(200);
    assert!(within(Duration::from_secs(10), || shadow.requests() == 6).is_some(), "{}", shadow.requests());
}
