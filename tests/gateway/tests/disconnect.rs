//! Clients that leave: the upstream is let go at once, and nobody is blamed.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use velithon_tests::gateway::message::head_length;

use crate::{everything_to, program};

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
