//! Bodies stream: however long one is and however slow its reader, nothing piles up here.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use velithon_tests::Service;
use velithon_tests::gateway::message::head_length;

use crate::proxy_to;

const GIBIBYTE: usize = 1 << 30;
const PIECE: usize = 1 << 20;

/// Bytes the process holds in memory.
fn resident(proxy: &Service) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", proxy.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB")).unwrap();
    line.trim().parse::<u64>().unwrap() * 1024
}

/// The largest growth while `work` runs, looked at 500 times a second.
fn growth(proxy: &Service, work: impl FnOnce() + Send) -> u64 {
    let before = resident(proxy);
    thread::scope(|scope| {
        let working = scope.spawn(work);
        let mut largest = before;
        while !working.is_finished() {
            largest = largest.max(resident(proxy));
            thread::sleep(Duration::from_millis(2));
        }
        working.join().unwrap();
        largest - before
    })
}

/// Answers `GET` with a body of so many bytes as its path says, reads whatever else it is sent, with a stop every 64 MiB.
fn upstream() -> (std::net::SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let taken = Arc::new(AtomicU64::new(0));
    let count = taken.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let count = count.clone();
            thread::spawn(move || serve(stream, &count));
        }
    });
    (address, taken)
}

fn serve(mut stream: TcpStream, taken: &AtomicU64) {
    let (mut head, mut buffer) = (Vec::new(), vec![0; PIECE]);
    let end = loop {
        if let Some(end) = head_length(&head) {
            break end;
        }
        let count = stream.read(&mut buffer).unwrap();
        head.extend_from_slice(&buffer[..count]);
    };
    let text = String::from_utf8_lossy(&head[..end]).into_owned();
    if let Some(length) = text.strip_prefix("GET /").and_then(|rest| rest.split(' ').next()) {
        let length: usize = length.parse().unwrap();
        stream
            .write_all(format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n").as_bytes())
            .unwrap();
        let piece = vec![b'x'; PIECE];
        (0..length / PIECE).for_each(|_| stream.write_all(&piece).unwrap());
        return;
    }
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let length: usize = length.parse().unwrap();
    read_slowly(&mut stream, head.len() - end, length);
    taken.fetch_add(length as u64, Ordering::Relaxed);
    stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok").unwrap();
}

/// Reads until `length` bytes are there, and rests for 50 ms after every 64 MiB.
fn read_slowly(stream: &mut TcpStream, already: usize, length: usize) {
    let (mut received, mut buffer, mut rest) = (already, vec![0; PIECE], 64 * PIECE);
    while received < length {
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "the body ended after {received} bytes");
        received += count;
        if received > rest {
            rest += 64 * PIECE;
            // The slowness under test.
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn download(proxy: &Service, length: usize) {
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    client.write_all(format!("GET /{length} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).unwrap();
    read_slowly(&mut client, 0, length);
}

fn upload(proxy: &Service, length: usize) {
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    let head = format!("PUT / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    client.write_all(head.as_bytes()).unwrap();
    let piece = vec![b'x'; PIECE];
    (0..length / PIECE).for_each(|_| client.write_all(&piece).unwrap());
    let mut reply = String::new();
    client.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
}

/// Contract, 78.
#[test]
fn a_gibibyte_for_a_slow_client_adds_less_than_4_mib() {
    let (address, _) = upstream();
    let proxy = proxy_to(&[address], "");
    download(&proxy, 64 * PIECE);
    let grown = growth(&proxy, || download(&proxy, GIBIBYTE));
    assert!(grown < 4 << 20, "it grew by {grown} bytes");
}

/// Contract, 78.
#[test]
fn a_gibibyte_for_a_slow_upstream_adds_less_than_4_mib() {
    let (address, taken) = upstream();
    let proxy = proxy_to(&[address], "");
    upload(&proxy, 64 * PIECE);
    let grown = growth(&proxy, || upload(&proxy, GIBIBYTE));
    assert!(grown < 4 << 20, "it grew by {grown} bytes");
    assert_eq!(taken.load(Ordering::Relaxed), (GIBIBYTE + 64 * PIECE) as u64);
}
