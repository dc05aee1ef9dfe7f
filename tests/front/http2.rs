//! The same rules in HTTP/2, whose requests are spelled in frames here: no client library would send some of them.

use std::io::{Read, Write};
use std::net::TcpStream;

use velithon_tests::{PATIENCE, Service};

use crate::service;

/// What came back on a stream.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// 200 or 400, the two that HTTP/2 spells in one byte, and the body.
    Reply(u16, String),
    /// The stream was reset, or the connection given up: the request was no HTTP/2 at all.
    Reset,
}

/// A frame (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("it is short").to_be_bytes();
    [&length[1..], &[kind, flags, 0, 0, 0, stream], payload].concat()
}

/// Fields as literals without an index (RFC 7541, section 6.2.2).
fn literals(fields: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).expect("it is short")], text.as_bytes()].concat();
    fields.iter().flat_map(|(name, value)| [vec![0], text(name), text(value)].concat()).collect()
}

/// Sends one request without a body and reads its answer.
fn ask(service: &Service, fields: &[(&str, &str)]) -> Answer {
    let mut stream = TcpStream::connect(service.address()).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("it takes a limit");
    let headers = frame(1, 0x5, 1, &literals(fields));
    let bytes = [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, 0, &[]), &headers].concat();
    stream.write_all(&bytes).expect("it reads");
    answer(&mut stream)
}

fn answer(stream: &mut TcpStream) -> Answer {
    let (mut status, mut body) = (0, Vec::new());
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).expect("a frame comes");
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        stream.read_exact(&mut payload).expect("a whole frame comes");
        match (head[3], head[8]) {
            (0, 1) => body.extend(payload),
            (1, 1) => status = if payload[0] == 0x88 { 200 } else { 400 * u16::from(payload[0] == 0x8C) },
            (3, 1) | (7, _) => return Answer::Reset,
            _ => continue,
        }
        if head[4] & 1 == 1 {
            return Answer::Reply(status, String::from_utf8(body).expect("it is text"));
        }
    }
}

/// GET with these pseudo-fields and fields in place of, or beside, the usual ones.
fn get(service: &Service, path: &str, rest: &[(&str, &str)]) -> Answer {
    ask(service, &[&[(":method", "GET"), (":scheme", "http"), (":path", path)], rest].concat())
}

fn says(text: &str) -> Answer {
    Answer::Reply(200, text.to_owned())
}

#[track_caller]
fn is_refused(answer: Answer, status: u16) {
    let Answer::Reply(_, body) = answer else { panic!("the stream was reset") };
    assert!(body.contains(&format!("\"status\":{status}")), "{body}");
}

#[test]
fn the_authority_and_the_host_name_the_same() {
    let service = service();
    assert_eq!(get(&service, "/", &[(":authority", "x")]), says("here"));
    assert_eq!(get(&service, "/", &[(":authority", "x"), ("host", "X:80")]), says("here"));
    assert_eq!(get(&service, "/", &[("host", "x")]), says("here"));
    is_refused(get(&service, "/", &[(":authority", "x"), ("host", "y")]), 400);
    is_refused(get(&service, "/", &[(":authority", "x"), ("host", "x"), ("host", "x")]), 400);
    is_refused(get(&service, "/", &[]), 400);
    is_refused(get(&service, "/", &[("host", "a b")]), 400);
}

#[test]
fn a_user_name_in_the_authority_is_refused() {
    let answer = get(&service(), "/", &[(":authority", "user@x")]);
    assert!(answer == Answer::Reset || matches!(answer, Answer::Reply(400, _)), "{answer:?}");
}

// 57
#[test]
fn the_crumbs_of_a_cookie_are_one_line() {
    let fields = [(":authority", "x"), ("cookie", "a=1"), ("accept", "*/*"), ("cookie", "b=2"), ("cookie", "c=3; d=4")];
    assert_eq!(get(&service(), "/cookies", &fields), says("a=1; b=2; c=3; d=4"));
}

// 47
#[test]
fn a_query_without_a_path_asks_for_the_root() {
    let answer = get(&service(), "?q", &[(":authority", "x")]);
    assert!(answer == says("here") || answer == Answer::Reset, "{answer:?}");
}

// 44 to 48
#[test]
fn paths_have_the_same_normal_form() {
    let service = service();
    let path = |path: &str| get(&service, path, &[(":authority", "x")]);
    assert_eq!(path("//path/a/../b//c"), says("b//c of http://x/path/b//c"));
    for faulty in ["/path/a\\b", "/path/%00", "/../x", "/path/%zz"] {
        is_refused(path(faulty), 400);
    }
}

// 24
#[test]
fn more_fields_than_a_request_needs_are_refused() {
    let many: Vec<_> = [(":authority", "x")].into_iter().chain([("x-y", "z"); 129]).collect();
    is_refused(get(&service(), "/", &many), 431);
}

// 24
#[test]
fn a_target_that_is_too_long_is_refused() {
    let service = crate::program().toml("[server]\nmax_target_bytes = \"64B\"\n").start();
    is_refused(get(&service, &format!("/?{}", "y".repeat(100)), &[(":authority", "x")]), 414);
}

// 28
#[test]
fn nothing_is_tunnelled() {
    is_refused(ask(&service(), &[(":method", "CONNECT"), (":authority", "elsewhere:80")]), 405);
}

// 80
#[test]
fn an_expectation_nobody_knows_fails() {
    is_refused(get(&service(), "/", &[(":authority", "x"), ("expect", "fries")]), 417);
}

#[test]
fn what_is_no_http_2_is_reset() {
    let service = service();
    for field in
        [("connection", "close"), ("transfer-encoding", "chunked"), ("Upper", "x"), ("x", "a\nb"), (":path", "/")]
    {
        assert_eq!(get(&service, "/", &[(":authority", "x"), field]), Answer::Reset, "{field:?}");
    }
}

// 97
#[test]
fn a_body_that_comes_too_slowly_is_408() {
    let service = crate::program().env("VELITHON_SERVER__BODY_TIMEOUT", "100ms").start();
    let mut stream = TcpStream::connect(service.address()).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("it takes a limit");
    let fields = [(":method", "POST"), (":scheme", "http"), (":path", "/read"), (":authority", "x")];
    let bytes = [
        &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..],
        &frame(4, 0, 0, &[]),
        &frame(1, 0x4, 1, &literals(&fields)),
        &frame(0, 0, 1, b"a"),
    ];
    stream.write_all(&bytes.concat()).expect("it reads");
    is_refused(answer(&mut stream), 408);
}
