//! Clients that take their time.

use std::io::Read;
use std::net::TcpStream;

use crate::{program, sent};

const POST: &str = "POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n";

// 97
#[test]
fn a_head_that_comes_too_slowly_is_408() {
    let service = program().env("VELITHON_SERVER__HEAD_TIMEOUT", "100ms").start();
    let mut connection = sent(&service, "GET / HTTP/1.1\r\nhost");
    connection.reply().is_problem(408);
    assert!(connection.is_closed());
}

// 97
#[test]
fn a_body_that_comes_too_slowly_is_408() {
    let service = program().env("VELITHON_SERVER__BODY_TIMEOUT", "100ms").start();
    for path in ["/read", "/careless"] {
        for framing in
            ["content-length: 4\r\n\r\na", "transfer-encoding: chunked\r\n\r\n1\r\na\r\n", "content-length: 4\r\n\r\n"]
        {
            let mut connection = sent(&service, format!("POST {path} HTTP/1.1\r\nhost: x\r\n{framing}"));
            connection.reply().has("connection", "close").is_problem(408);
            assert!(connection.is_closed());
        }
    }
}

#[test]
fn a_client_that_keeps_up_the_rate_may_send_for_long() {
    // A byte earns a second: the body takes longer than it may take without one.
    let service = program().env("VELITHON_SERVER__BODY_TIMEOUT", "1ms").env("VELITHON_SERVER__BODY_RATE", "1").start();
    let mut patient =
        sent(&service, "POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 40\r\n\r\n0123456789012345678901234567890");
    // Others are waited for and refused meanwhile, one after the other.
    for _ in 0..3 {
        sent(&service, format!("{POST}\r\n")).reply().is_problem(408);
    }
    patient.send("123456789");
    patient.reply().is(200);
}

#[test]
fn without_a_rate_a_body_may_take_its_time() {
    let toml = "[server]\nbody_timeout = \"1ms\"\nbody_rate = 0\nhead_timeout = \"200ms\"\n";
    let service = program().toml(toml).start();
    let mut patient = sent(&service, format!("{POST}\r\nab"));
    sent(&service, "GET").reply().is_problem(408);
    patient.send("cd");
    patient.reply().says("abcd");
}

#[test]
fn the_messages_of_grpc_come_when_they_come() {
    let toml = "[server]\nbody_timeout = \"1ms\"\nhead_timeout = \"200ms\"\n";
    let service = program().toml(toml).start();
    let mut patient = sent(&service, format!("{POST}content-type: application/grpc+proto\r\n\r\nab"));
    sent(&service, "GET").reply().is_problem(408);
    patient.send("cd");
    patient.reply().says("abcd");
}

// 97
#[test]
fn a_client_that_does_not_read_its_reply_is_reset() {
    let service = program().env("VELITHON_SERVER__SEND_TIMEOUT", "100ms").start();
    let mut stream = TcpStream::connect(service.address()).expect("it listens");
    std::io::Write::write_all(&mut stream, b"GET /flood HTTP/1.1\r\nhost: x\r\n\r\n").expect("it reads");
    service.get("/ended/1").is(200);
    let end = std::iter::repeat_with(|| stream.read(&mut [0; 65536])).find(|read| !matches!(read, Ok(1..)));
    let error = end.expect("the reply ends").expect_err("it ends in a reset");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

// 97
#[test]
fn a_connection_without_a_request_is_closed() {
    let service = program().env("VELITHON_SERVER__KEEP_ALIVE", "100ms").start();
    let mut connection = sent(&service, "GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    connection.reply().says("here");
    assert!(connection.is_closed());
    assert!(service.connect().is_closed());
}
