//! Events and broken streams: what arrives must arrive at once, and what breaks must not look whole.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use velithon_tests::gateway::chaos::{Chaos, Mode};
use velithon_tests::gateway::message::head_length;

use crate::{everything_to, program, proxy_to};

const EVENTS: usize = 20;

/// An upstream that sends an event every 30 ms, and tells when each left.
fn events() -> (std::net::SocketAddr, Receiver<Instant>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, sent) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        read_head(&mut stream);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            .unwrap();
        for number in 0..EVENTS {
            // The pace of the source, not a way to wait for something.
            thread::sleep(Duration::from_millis(30));
            let event = format!("data: {number}\n\n");
            sender.send(Instant::now()).unwrap();
            stream.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).unwrap();
        }
        stream.write_all(b"0\r\n\r\n").unwrap();
    });
    (address, sent)
}

fn read_head(stream: &mut TcpStream) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while head_length(&head).is_none() {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
}

/// Contract, 77.
#[test]
fn an_event_is_not_kept_back_even_by_a_compression_layer() {
    let (upstream, sent) = events();
    let proxy = program().toml(&everything_to(&[upstream], "")).env("COMPRESS", "1").start();
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    client.write_all(b"GET /events HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip\r\nconnection: close\r\n\r\n").unwrap();
    let (mut received, mut buffer) = (String::new(), [0; 4096]);
    let mut late = Duration::ZERO;
    for number in 0..EVENTS {
        while !received.contains(&format!("data: {number}\n\n")) {
            let count = client.read(&mut buffer).unwrap();
            assert!(count > 0, "the stream ended after {received:?}");
            received.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        late = late.max(sent.recv().unwrap().elapsed());
    }
    assert!(late < Duration::from_millis(20), "an event came {late:?} late");
}

/// Contract, 65.
#[test]
fn a_body_that_ends_with_its_connection_is_cut_by_a_reset() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = proxy_to(&[listener.local_addr().unwrap()], "retries = 0");
    let upstream = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nabc").unwrap();
        // The reset must not overtake the bytes.
        thread::sleep(Duration::from_millis(200));
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut received = Vec::new();
    // The end of the connection and a reset are both an abort.
    let _ = client.read_to_end(&mut received);
    upstream.join().unwrap();
    let received = String::from_utf8_lossy(&received);
    assert!(received.contains("abc"), "{received}");
    assert!(!received.contains("\r\n0\r\n"), "the reply looks whole: {received}");
}

#[test]
fn a_reply_byte_by_byte_arrives_whole() {
    let upstream = Chaos::start(Mode::Drip(Duration::from_micros(100))).unwrap();
    let proxy = proxy_to(&[upstream.address()], "");
    assert_eq!(proxy.get("/").is(200).body.len(), 1024);
}
