//! What the access log says of a request that was sent on, read off the lines of a real process.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use velithon_tests::Service;
use velithon_tests::gateway::chaos::{Chaos, Mode};
use velithon_tests::gateway::ports::free_port;
use velithon_tests::gateway::recorder::Recorder;

use crate::{everything_to, program};

fn logged(targets: &[SocketAddr], keys: &str) -> Service {
    let text = format!("[log]\naccess = true\n\n{}", everything_to(targets, keys));
    program().env("VELITHON_SERVER__THREADS", "1").toml(&text).start()
}

/// The line of the request for this path, once it is written.
struct Line(String);

impl Line {
    #[track_caller]
    fn of(proxy: &Service, path: &str) -> Self {
        let path = format!("\"path\":\"{path}\"");
        proxy.stderr().wait_for(&path);
        let text = proxy.stderr().text();
        Self(text.lines().find(|line| line.contains(&path)).unwrap_or_default().to_owned())
    }

    /// The value of a field as it stands in the line; nothing when it is not there.
    fn get(&self, name: &str) -> Option<&str> {
        let rest = self.0.split_once(&format!("\"{name}\":"))?.1;
        Some(rest.split([',', '}']).next().unwrap_or_default().trim_matches('"'))
    }

    #[track_caller]
    fn says(self, fields: &[(&str, &str)]) -> Self {
        for (name, value) in fields {
            assert_eq!(self.get(name), Some(*value), "{name} in {}", self.0);
        }
        self
    }

    /// A duration in milliseconds.
    #[track_caller]
    fn millis(&self, name: &str) -> f64 {
        self.get(name).and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {name} in {}", self.0))
    }
}

#[test]
fn a_whole_exchange_says_where_it_went_and_how_long_each_part_took() {
    let upstream = Recorder::start("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    let proxy = logged(&[upstream.address()], "");
    proxy.request("POST", "/first", &[], "four").is(200);
    let target = upstream.address().to_string();
    let line = Line::of(&proxy, "/first").says(&[
        ("status", "200"),
        ("upstream", "origin"),
        ("upstream_target", &target),
        ("attempts", "1"),
        ("end", "--0n"),
        ("upstream_bytes_sent", "4"),
        ("upstream_bytes_received", "5"),
    ]);
    assert_eq!(line.get("reason"), None);
    let (first, total) = (line.millis("upstream_first_byte_ms"), line.millis("upstream_ms"));
    assert!(line.millis("connect_ms") > 0.0 && line.millis("connect_ms") <= first && first <= total, "{}", line.0);
    assert!(total <= line.millis("duration_ms"), "{}", line.0);
    proxy.get("/second").is(200);
    let line = Line::of(&proxy, "/second").says(&[("end", "--0r"), ("upstream_bytes_sent", "0")]);
    assert!(line.millis("connect_ms") == 0.0 && line.millis("queue_ms") == 0.0, "{}", line.0);
}

#[test]
fn a_target_that_refuses_connections_ends_it_while_connecting() {
    let proxy = logged(&[SocketAddr::from(([127, 0, 0, 1], free_port()))], "retries = 2");
    proxy.get("/refused").is(502);
    Line::of(&proxy, "/refused").says(&[("status", "502"), ("attempts", "3"), ("end", "UC2-"), ("reason", "connect")]);
}

#[test]
fn a_target_that_says_nothing_ends_it_before_the_head() {
    let upstream = Chaos::start(Mode::Hang).unwrap();
    let proxy = logged(&[upstream.address()], "retries = 0\ntimeout = { first_byte = \"100ms\" }");
    proxy.get("/silent").is(504);
    let line = Line::of(&proxy, "/silent").says(&[("status", "504"), ("end", "UH0n"), ("reason", "first_byte")]);
    assert!(line.millis("upstream_ms") >= 100.0 && line.get("upstream_first_byte_ms").is_none(), "{}", line.0);
}

#[test]
fn a_client_that_leaves_ends_it_as_499() {
    let upstream = Recorder::start("");
    let proxy = logged(&[upstream.address()], "");
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    client.write_all(b"GET /left HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    upstream.wait_until(|seen| seen.iter().any(|one| one.answered > 0));
    drop(client);
    let fields = [("status", "499"), ("end", "CH0n"), ("reason", "client_gone"), ("aborted", "true")];
    Line::of(&proxy, "/left").says(&fields);
}

#[test]
fn a_client_that_leaves_in_the_body_ends_it_there() {
    let upstream = Recorder::start("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nbegun");
    let proxy = logged(&[upstream.address()], "");
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    client.write_all(b"GET /half HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut received = Vec::new();
    while !received.ends_with(b"begun") {
        let mut byte = [0];
        client.read_exact(&mut byte).unwrap();
        received.extend(byte);
    }
    drop(client);
    let fields = [("status", "200"), ("end", "CD0n"), ("upstream_bytes_received", "5"), ("aborted", "true")];
    Line::of(&proxy, "/half").says(&fields);
}

#[test]
fn an_upstream_that_resets_in_the_body_ends_it_there() {
    let upstream = Chaos::start(Mode::ResetAfter(200)).unwrap();
    let proxy = logged(&[upstream.address()], "retries = 0");
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    client.write_all(b"GET /reset HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    // What came of it and how the connection ended is not of interest.
    let _ = client.read_to_end(&mut Vec::new());
    Line::of(&proxy, "/reset").says(&[("status", "200"), ("end", "UD0n"), ("reason", "reset"), ("aborted", "true")]);
}

#[test]
fn a_retry_is_told_with_the_target_that_answered() {
    let good = Chaos::start(Mode::Answer).unwrap();
    let dead = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let proxy = logged(&[dead, good.address()], "balance = \"round_robin\"");
    proxy.get("/again").is(200);
    let target = good.address().to_string();
    Line::of(&proxy, "/again").says(&[("attempts", "2"), ("end", "--1n"), ("upstream_target", &target)]);
}

#[test]
fn an_open_breaker_ends_it_before_any_target() {
    let upstream = Chaos::start(Mode::Garbage).unwrap();
    let proxy = logged(&[upstream.address()], "retries = 0\nbreaker = \"classic\"");
    (0..5).for_each(|_| drop(proxy.get("/broken").is(502)));
    proxy.get("/open").is(503);
    let line = Line::of(&proxy, "/open").says(&[("end", "GQ0-"), ("reason", "circuit_open"), ("attempts", "0")]);
    assert_eq!(line.get("upstream_target"), None);
    Line::of(&proxy, "/broken").says(&[("end", "UH0n"), ("reason", "protocol")]);
}

#[test]
fn who_waits_for_a_place_in_vain_is_told_with_its_wait() {
    let upstream = Recorder::start("");
    let proxy = logged(&[upstream.address()], "max_in_flight = 1\nqueue = 1\nqueue_timeout = \"100ms\"");
    let mut first = TcpStream::connect(proxy.address()).unwrap();
    first.write_all(b"GET /first HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    upstream.wait_until(|seen| seen.iter().any(|one| one.answered > 0));
    proxy.get("/shed").is(503);
    let line = Line::of(&proxy, "/shed").says(&[("end", "GQ0-"), ("reason", "queue"), ("attempts", "0")]);
    assert!(line.millis("queue_ms") >= 100.0, "{}", line.0);
}

#[test]
fn a_request_that_runs_in_a_circle_is_told_without_a_target() {
    let upstream = Recorder::echo();
    let proxy = logged(&[upstream.address()], "");
    proxy.get_with("/circle", &[("via", "1.1 velithon, 1.1 velithon")]).is(508);
    Line::of(&proxy, "/circle").says(&[("end", "GR0-"), ("reason", "loop"), ("upstream", "origin")]);
}

#[test]
fn a_handler_of_our_own_says_nothing_of_upstreams() {
    let upstream = Recorder::echo();
    let proxy = logged(&[upstream.address()], "");
    proxy.get("/own").is(200);
    let line = Line::of(&proxy, "/own");
    for name in ["upstream", "end", "attempts", "upstream_ms"] {
        assert_eq!(line.get(name), None, "{}", line.0);
    }
}
