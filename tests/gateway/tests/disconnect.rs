//! Clients that leave: the upstream is let go at once, and nobody is blamed.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use velithon_tests::Service;
use velithon_tests::gateway::message::head_length;

use crate::{everything_to, metrics, program};

/// Contract, 93.
#[test]
fn a_client_that_leaves_while_waiting_frees_the_upstream_within_100_ms() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let keys = "retries = 0\nbreaker = { ratio = \"50%\", min = 2, window = \"10s\" }";
    let text = format!("[log]\naccess = true\n\n{}", everything_to(&[listener.local_addr().unwrap()], keys));
    let proxy = program().toml(&text).start();
    let (arrived, heads) = channel();
    let (ended, ends) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut head, mut buffer) = (stream.unwrap(), Vec::new(), [0; 1024]);
            while head_length(&head).is_none() {
                let count = stream.read(&mut buffer).unwrap();
                head.extend_from_slice(&buffer[..count]);
            }
            if head.starts_with(b"GET /answered ") {
                stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok").unwrap();
                continue;
            }
            arrived.send(()).unwrap();
            // Nothing comes but the end.
            let _ = stream.read(&mut buffer);
            ended.send(Instant::now()).unwrap();
        }
    });
    for _ in 0..10 {
        let mut client = TcpStream::connect(proxy.address()).unwrap();
        client.write_all(b"GET /waiting HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        heads.recv().unwrap();
        let left = Instant::now();
        client.shutdown(Shutdown::Both).unwrap();
        let took = ends.recv_timeout(Duration::from_secs(10)).expect("the upstream is let go").duration_since(left);
        assert!(took < Duration::from_millis(100), "it took {took:?}");
    }
    // Ten of them in a row, and neither breaker nor target has taken it for a failure.
    proxy.get("/answered").says("ok");
    proxy.stderr().wait_for("\"status\":499");
}

/// An upstream that answers with the number of its connection; `/half` with the beginning of a body, whose rest of so
/// many bytes it sends when it is told to.
fn halving(rest: usize) -> (SocketAddr, Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (go_on, told) = channel();
    thread::spawn(move || {
        let told = &Mutex::new(told);
        thread::scope(|scope| {
            for (number, stream) in (1..).zip(listener.incoming()) {
                scope.spawn(move || halve(&mut stream.unwrap(), number, rest, told));
            }
        });
    });
    (address, go_on)
}

fn halve(stream: &mut TcpStream, number: usize, rest: usize, told: &Mutex<Receiver<()>>) {
    while let Some(head) = read_head(stream) {
        if head.starts_with(b"GET /half ") {
            let begun = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\nbegun", rest + 5);
            stream.write_all(begun.as_bytes()).unwrap();
            told.lock().unwrap().recv().unwrap();
            // Nobody may be there any longer to take it.
            let _ = stream.write_all(&vec![b'x'; rest]);
        } else {
            stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{number}").as_bytes()).unwrap();
        }
    }
}

fn read_head(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while head_length(&head).is_none() {
        stream.read_exact(&mut byte).ok()?;
        head.extend(byte);
    }
    Some(head)
}

/// Leaves in the middle of a reply with such a rest.
fn left(rest: usize) -> (Service, Sender<()>) {
    let (upstream, go_on) = halving(rest);
    let proxy = metrics::measured(&[upstream], "");
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    client.write_all(b"GET /half HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let (mut received, mut byte) = (Vec::new(), [0]);
    while !received.ends_with(b"begun") {
        client.read_exact(&mut byte).unwrap();
        received.extend(byte);
    }
    drop(client);
    metrics::becomes(&proxy, "requests_total", &[("reason", "client_gone")], 1.0);
    (proxy, go_on)
}

/// Contract, 94.
#[test]
fn a_client_that_leaves_a_short_rest_behind_costs_no_connection() {
    let (proxy, go_on) = left(1000);
    go_on.send(()).unwrap();
    metrics::becomes(&proxy, "pool_connections", &[("state", "idle")], 1.0);
    proxy.get("/next").says("1");
}

/// Contract, 94.
#[test]
fn a_long_rest_is_dropped_with_its_connection() {
    let (proxy, _go_on) = left(100_000);
    metrics::becomes(&proxy, "connections_closed_total", &[], 1.0);
    proxy.get("/next").says("2");
}
