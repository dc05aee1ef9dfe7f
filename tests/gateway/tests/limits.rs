//! Clients that are slow, and what is never written down.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use velithon_tests::gateway::recorder::Recorder;
use velithon_tests::{Connection, Service};

use crate::{everything_to, program};

const LIMITS: &str =
    "[server]\nhead_timeout = \"300ms\"\nkeep_alive = \"300ms\"\nbody_timeout = \"300ms\"\nsend_timeout = \"300ms\"\n";

fn hasty(upstream: &Recorder) -> Service {
    program().toml(&format!("{LIMITS}\n{}", everything_to(&[upstream.address()], "retries = 0"))).start()
}

/// Contract, 97.
#[test]
fn a_slow_head_and_a_slow_body_are_408() {
    let upstream = Recorder::echo();
    let proxy = hasty(&upstream);
    let mut connection = proxy.connect();
    connection.send("GET / HTTP/1.1\r\nhos");
    connection.reply().is(408);
    assert!(connection.is_closed());
    assert!(upstream.connections().is_empty());

    let mut connection = proxy.connect();
    connection.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\nabc");
    connection.reply().is(408);
    assert!(connection.is_closed());
    let seen = upstream.wait_until(|seen| seen.iter().all(|one| one.closed));
    assert!(seen.iter().all(velithon_tests::gateway::recorder::Recorded::is_cut));
}

/// Contract, 97.
#[test]
fn an_idle_connection_is_closed() {
    let upstream = Recorder::echo();
    let proxy = hasty(&upstream);
    let mut connection = proxy.connect();
    connection.request("GET", "/", &[], b"");
    connection.reply().is(200);
    assert!(connection.is_closed());
}

/// Contract, 97.
#[test]
fn a_reply_that_nobody_reads_is_reset() {
    let large = [b"HTTP/1.1 200 OK\r\ncontent-length: 50000000\r\n\r\n".as_slice(), &vec![b'x'; 50_000_000]].concat();
    let upstream = Recorder::start(large);
    let proxy = hasty(&upstream);
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    // The upstream is let go, though its reply is not through.
    upstream.wait_until(|seen| seen.first().is_some_and(|one| one.closed));
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut received = Vec::new();
    let _ = client.read_to_end(&mut received);
    assert!(received.len() < 50_000_000, "the whole reply came");
}

/// Contract, 102.
#[test]
fn secrets_are_not_written_down() {
    let upstream = Recorder::start("HTTP/1.1 200 OK\r\nset-cookie: s=hunter2-set\r\ncontent-length: 2\r\n\r\nok");
    let dead = velithon_tests::gateway::ports::free_port();
    let text = format!(
        "[log]\naccess = true\nlevel = \"trace\"\n\n{}\n[upstream.dead]\ntargets = [\"http://127.0.0.1:{dead}\"]\n\n\
         [gateway.dead]\npath = \"/dead\"\nupstream = \"dead\"\n",
        everything_to(&[upstream.address()], "")
    );
    let proxy = program().toml(&text).start();
    let secrets = [("authorization", "Bearer hunter2-auth"), ("cookie", "a=hunter2-cookie")];
    proxy.get_with("/fine?token=hunter2-query", &secrets).is(200);
    proxy.get_with("/dead/x?token=hunter2-query", &secrets).is(502);
    ask(&mut proxy.connect());
    proxy.terminate();
    let ended = proxy.ended();
    let written = format!("{}{}", ended.stdout, ended.stderr);
    assert!(written.contains("/fine"), "the access log is on:\n{written}");
    assert!(!written.contains("hunter2"), "{written}");
}

/// A request that fails before it is routed.
fn ask(connection: &mut Connection) {
    connection.send("GET /bad?token=hunter2-bad HTTP/1.1\r\nhost: a\r\nhost: b\r\ncookie: hunter2-bad\r\n\r\n");
    connection.reply().is(400);
}
