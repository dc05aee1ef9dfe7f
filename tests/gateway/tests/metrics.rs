//! What `/metrics` tells of the gateway, read over a socket after each thing was made to happen.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use velithon_tests::Service;
use velithon_tests::gateway::chaos::{Chaos, Mode};
use velithon_tests::gateway::ports::free_port;
use velithon_tests::gateway::recorder::Recorder;

use crate::{everything_to, program, within};

/// A proxy of everything to these targets, with its metrics.
pub(crate) fn measured(targets: &[SocketAddr], keys: &str) -> Service {
    measured_by(&everything_to(targets, keys))
}

fn measured_by(text: &str) -> Service {
    // One worker, so that the next request finds the connection of the last one.
    program().env("VELITHON_SERVER__THREADS", "1").toml(&format!("[mount]\nmetrics = \"/metrics\"\n\n{text}")).start()
}

/// The number of the series whose name is this and whose labels are among those of the line; nothing when there is none.
fn number(proxy: &Service, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let page = proxy.get("/metrics").is(200).text();
    let wanted: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    let is = |line: &&str| {
        let found = line.split(['{', ' ']).next() == Some(&*format!("velithon_gateway_{name}"));
        found && wanted.iter().all(|label| line.contains(label))
    };
    page.lines().find(is).and_then(|line| line.rsplit(' ').next()?.parse().ok())
}

/// Waits until that number is this.
#[track_caller]
pub(crate) fn becomes(proxy: &Service, name: &str, labels: &[(&str, &str)], wanted: f64) {
    let reached = within(Duration::from_secs(20), || number(proxy, name, labels) == Some(wanted));
    assert!(reached.is_some(), "{name} {labels:?} is not {wanted} but {:?}", number(proxy, name, labels));
}

/// Sends a request that nothing answers yet.
fn begun(proxy: &Service) -> TcpStream {
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    client
}

const ORIGIN: (&str, &str) = ("upstream", "origin");

#[test]
fn a_whole_exchange_is_counted_with_its_times_and_bytes() {
    let upstream = Recorder::start("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    let proxy = measured(&[upstream.address()], "");
    proxy.request("POST", "/", &[], "four").is(200);
    let target = upstream.address().to_string();
    let labels = [ORIGIN, ("target", &*target), ("code", "200")];
    becomes(&proxy, "requests_total", &labels, 1.0);
    for (name, wanted) in [("duration_seconds_count", 1.0), ("first_byte_seconds_count", 1.0)] {
        assert_eq!(number(&proxy, name, &[ORIGIN]), Some(wanted), "{name}");
    }
    assert_eq!(number(&proxy, "duration_seconds_bucket", &[ORIGIN, ("le", "10.0")]), Some(1.0));
    assert_eq!(number(&proxy, "bytes_total", &[ORIGIN, ("direction", "sent")]), Some(4.0));
    assert_eq!(number(&proxy, "bytes_total", &[ORIGIN, ("direction", "received")]), Some(5.0));
}

#[test]
fn what_is_under_way_is_counted_until_its_client_leaves() {
    let upstream = Chaos::start(Mode::Hang).unwrap();
    let proxy = measured(&[upstream.address()], "");
    let target = upstream.address().to_string();
    let at = [ORIGIN, ("target", &*target)];
    let client = begun(&proxy);
    becomes(&proxy, "in_flight", &at, 1.0);
    becomes(&proxy, "active_requests", &[ORIGIN], 1.0);
    becomes(&proxy, "pool_connections", &[ORIGIN, ("state", "active")], 1.0);
    drop(client);
    becomes(&proxy, "in_flight", &at, 0.0);
    becomes(&proxy, "active_requests", &[ORIGIN], 0.0);
    becomes(&proxy, "requests_total", &[("code", "499"), ("reason", "client_gone")], 1.0);
    becomes(&proxy, "pool_connections", &[ORIGIN, ("state", "active")], 0.0);
}

#[test]
fn connections_are_counted_as_they_are_opened_used_again_and_closed() {
    let upstream = Chaos::start(Mode::Answer).unwrap();
    let proxy = measured(&[upstream.address()], "");
    (0..3).for_each(|_| drop(proxy.get("/").is(200)));
    assert_eq!(number(&proxy, "connections_opened_total", &[ORIGIN]), Some(1.0));
    assert_eq!(number(&proxy, "connections_reused_total", &[ORIGIN]), Some(2.0));
    assert_eq!(number(&proxy, "connections_closed_total", &[ORIGIN]), Some(0.0));
    assert_eq!(number(&proxy, "pool_connections", &[ORIGIN, ("state", "idle")]), Some(1.0));
    upstream.become_(Mode::IdleClose(Duration::ZERO));
    proxy.get("/").is(200);
    becomes(&proxy, "connections_closed_total", &[ORIGIN], 1.0);
    becomes(&proxy, "pool_connections", &[ORIGIN, ("state", "idle")], 0.0);
}

#[test]
fn who_waits_for_a_connection_is_counted() {
    let upstream = Chaos::start(Mode::Hang).unwrap();
    let proxy = measured(&[upstream.address()], "queue_timeout = \"20s\"\npool = { connections = 1 }");
    let first = begun(&proxy);
    becomes(&proxy, "in_flight", &[ORIGIN], 1.0);
    let second = begun(&proxy);
    becomes(&proxy, "pool_waits_total", &[ORIGIN], 1.0);
    drop((first, second));
}

#[test]
fn an_ejection_is_counted_and_the_target_is_not_healthy() {
    let targets = [Mode::EndAfter(0), Mode::Answer].map(|mode| Chaos::start(mode).unwrap());
    let [bad, good] = [0, 1].map(|number: usize| targets[number].address().to_string());
    let proxy = measured(&[targets[0].address(), targets[1].address()], "breaker = \"off\"\nbalance = \"round_robin\"");
    assert_eq!(number(&proxy, "healthy", &[("target", &bad)]), Some(1.0));
    assert_eq!(number(&proxy, "ejections_total", &[("target", &bad)]), Some(0.0));
    (0..12).for_each(|_| drop(proxy.get("/").is(200)));
    assert_eq!(number(&proxy, "ejections_total", &[("target", &bad)]), Some(1.0));
    assert_eq!(number(&proxy, "healthy", &[("target", &bad)]), Some(0.0));
    assert_eq!(number(&proxy, "healthy", &[("target", &good)]), Some(1.0));
    assert_eq!(number(&proxy, "retries_total", &[ORIGIN, ("reason", "reset")]), Some(5.0));
}

#[test]
fn a_breaker_tells_its_state_and_how_it_got_there() {
    let upstream = Chaos::start(Mode::Garbage).unwrap();
    let breaker = "{ ratio = \"50%\", min = 5, window = \"10s\", open = \"1s..1s\", probes = 1, successes = 2 }";
    let proxy = measured(&[upstream.address()], &format!("retries = 0\nbreaker = {breaker}"));
    assert_eq!(number(&proxy, "breaker_state", &[ORIGIN]), Some(0.0));
    (0..5).for_each(|_| drop(proxy.get("/").is(502)));
    proxy.get("/").is(503);
    assert_eq!(number(&proxy, "breaker_state", &[ORIGIN]), Some(2.0));
    assert_eq!(number(&proxy, "breaker_transitions_total", &[ORIGIN, ("to", "open")]), Some(1.0));
    assert_eq!(number(&proxy, "requests_total", &[("code", "503"), ("reason", "circuit_open")]), Some(1.0));
    upstream.become_(Mode::Answer);
    let half = within(Duration::from_secs(20), || proxy.get("/").status == 200);
    assert!(half.is_some(), "it never lets a probe through");
    assert_eq!(number(&proxy, "breaker_state", &[ORIGIN]), Some(1.0));
    proxy.get("/").is(200);
    assert_eq!(number(&proxy, "breaker_state", &[ORIGIN]), Some(0.0));
    for to in ["half_open", "closed"] {
        assert_eq!(number(&proxy, "breaker_transitions_total", &[ORIGIN, ("to", to)]), Some(1.0), "{to}");
    }
}

#[test]
fn health_checks_are_counted_by_their_result_and_a_panic_is_told() {
    let targets = [Mode::Answer, Mode::Garbage, Mode::Garbage].map(|mode| Chaos::start(mode).unwrap());
    let addresses = [0, 1, 2].map(|number: usize| targets[number].address());
    let health = "health = { path = \"/health\", every = \"100ms\", down = 2 }";
    let proxy = measured(&addresses, health);
    let [good, bad] = [0, 1].map(|number: usize| addresses[number].to_string());
    becomes(&proxy, "healthy", &[("target", &bad)], 0.0);
    let at_least_two = |labels: &[(&str, &str)]| number(&proxy, "health_checks_total", labels) >= Some(2.0);
    assert!(within(Duration::from_secs(20), || at_least_two(&[("target", &bad), ("result", "failed")])).is_some());
    assert_eq!(number(&proxy, "health_checks_total", &[("target", &bad), ("result", "passed")]), Some(0.0));
    assert!(within(Duration::from_secs(20), || at_least_two(&[("target", &good), ("result", "passed")])).is_some());
    assert_eq!(number(&proxy, "healthy", &[("target", &good)]), Some(1.0));
    assert_eq!(number(&proxy, "targets", &[ORIGIN]), Some(3.0));
    // One of three is less than half.
    becomes(&proxy, "panic", &[ORIGIN], 1.0);
}

#[test]
fn who_finds_no_place_is_counted_as_late_or_as_one_too_many() {
    let upstream = Chaos::start(Mode::Hang).unwrap();
    let proxy = measured(&[upstream.address()], "max_in_flight = 1\nqueue = 1\nqueue_timeout = \"2s\"");
    let first = begun(&proxy);
    becomes(&proxy, "active_requests", &[ORIGIN], 1.0);
    let mut late = begun(&proxy);
    becomes(&proxy, "queued_requests", &[ORIGIN], 1.0);
    proxy.get("/").is(503);
    assert_eq!(number(&proxy, "shed_total", &[ORIGIN, ("reason", "full")]), Some(1.0));
    let mut reply = String::new();
    late.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 503"), "{reply}");
    assert_eq!(number(&proxy, "shed_total", &[ORIGIN, ("reason", "late")]), Some(1.0));
    assert_eq!(number(&proxy, "queue_wait_seconds_count", &[ORIGIN]), Some(2.0));
    assert_eq!(number(&proxy, "requests_total", &[("code", "503"), ("reason", "queue")]), Some(2.0));
    drop(first);
}

#[test]
fn a_retry_that_the_budget_forbids_is_counted() {
    let upstream = Chaos::start(Mode::EndAfter(0)).unwrap();
    let proxy = measured(&[upstream.address()], "retry_budget = { ratio = \"0%\", per_second = 0 }\nbreaker = \"off\"");
    proxy.get("/").is(502);
    assert_eq!(number(&proxy, "retries_denied_total", &[ORIGIN, ("reason", "budget")]), Some(1.0));
    assert_eq!(number(&proxy, "retries_total", &[ORIGIN]), None);
}

#[test]
fn copies_and_shares_are_counted_by_where_they_go() {
    let [origin, shadow] = [0, 1].map(|_| Recorder::start("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
    let text = format!(
        "{}\n[upstream.shadow]\ntargets = [\"http://{}\"]\n\n\
         [gateway.copied]\npath = \"/copied\"\nupstream = \"origin\"\nmirror = {{ shadow = \"100%\" }}\n\n\
         [gateway.shared]\npath = \"/shared\"\nupstream = \"origin\"\nsplit = {{ shadow = \"0%\", if_header = \"x-beta: 1\" }}\n",
        everything_to(&[origin.address()], ""),
        shadow.address()
    );
    let proxy = measured_by(&text);
    proxy.get("/copied").is(200);
    proxy.request("POST", "/copied", &[], vec![b'x'; 65 * 1024]).is(200);
    assert_eq!(number(&proxy, "mirrored_total", &[("upstream", "shadow")]), Some(1.0));
    assert_eq!(number(&proxy, "mirror_skipped_total", &[("upstream", "shadow")]), Some(1.0));
    shadow.wait_until(|seen| seen.iter().any(|one| one.answered > 0));
    proxy.get("/shared").is(200);
    proxy.get_with("/shared", &[("x-beta", "1")]).is(200);
    for upstream in ["origin", "shadow"] {
        let labels = [("gateway", "shared"), ("upstream", upstream)];
        assert_eq!(number(&proxy, "split_total", &labels), Some(1.0), "{upstream}");
    }
}

#[test]
fn a_name_that_is_not_found_is_counted() {
    let text = format!(
        "{}\n[upstream.nowhere]\ntargets = [\"http://nowhere.invalid\"]\n",
        everything_to(&[SocketAddr::from(([127, 0, 0, 1], free_port()))], "")
    );
    let proxy = measured_by(&text);
    let failed = || number(&proxy, "dns_lookups_total", &[("upstream", "nowhere"), ("result", "failed")]) >= Some(1.0);
    assert!(within(Duration::from_secs(20), failed).is_some());
}

#[test]
fn a_stream_is_counted_when_it_ends() {
    let upstream = Recorder::start(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n3\r\na\n\n\r\n",
    );
    let proxy = measured(&[upstream.address()], "");
    let mut client = begun(&proxy);
    let mut byte = [0; 1];
    client.read_exact(&mut byte).unwrap();
    assert_eq!(number(&proxy, "requests_total", &[ORIGIN]), None);
    becomes(&proxy, "in_flight", &[ORIGIN], 1.0);
    drop(client);
    // Who leaves a stream has had what there was.
    becomes(&proxy, "requests_total", &[ORIGIN, ("code", "200")], 1.0);
    becomes(&proxy, "in_flight", &[ORIGIN], 0.0);
}

#[test]
fn metrics_are_read_while_requests_pass() {
    let upstream = Chaos::start(Mode::Answer).unwrap();
    let proxy = measured(&[upstream.address()], "");
    thread::scope(|scope| {
        let clients = [0; 4].map(|_| scope.spawn(|| (0..50).for_each(|_| drop(proxy.get("/").is(200)))));
        while !clients.iter().all(thread::ScopedJoinHandle::is_finished) {
            proxy.get("/metrics").is(200);
        }
    });
    becomes(&proxy, "requests_total", &[ORIGIN, ("code", "200")], 200.0);
}
