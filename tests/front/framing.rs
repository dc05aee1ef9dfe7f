//! Where the body of a request ends.

use crate::{ends_with, raw, sent, service};

/// A request that the client means as one, and that nobody may take for two or read from within a body.
const BEHIND: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

fn post(path: &str, fields: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: x\r\n{fields}\r\n\r\n{body}{BEHIND}")
}

// 5, 6
#[test]
fn a_length_beside_chunks_does_not_count_and_ends_the_connection() {
    let service = service();
    for fields in ["content-length: 4\r\ntransfer-encoding: chunked", "transfer-encoding: chunked\r\ncontent-length: 4"]
    {
        let mut connection = sent(&service, post("/read", fields, "2\r\nab\r\n0\r\n\r\n"));
        connection.reply().says("ab");
        assert!(connection.is_closed());
    }
}

// 7
#[test]
fn equal_lengths_are_one() {
    let service = service();
    let mut connection = sent(&service, post("/read", "content-length: 2\r\ncontent-length: 2", "ab"));
    connection.reply().says("ab");
    connection.reply().says("here");
}

// 8, 9
#[test]
fn lengths_that_differ_or_are_none_are_refused() {
    let service = service();
    ends_with(&service, post("/read", "content-length: 2\r\ncontent-length: 3", "abc"), 400);
    for length in ["2, 2", "+2", "", "2x", "0x2", "-2", "18446744073709551616"] {
        ends_with(&service, post("/read", &format!("content-length: {length}"), "ab"), 400);
    }
}

// 10
#[test]
fn a_coding_that_does_not_end_in_chunks_is_refused() {
    let service = service();
    for codings in
        ["identity", "xchunked", "chunked, identity", "chunked\r\ntransfer-encoding: identity", "chunked;q=1"]
    {
        ends_with(&service, post("/read", &format!("transfer-encoding: {codings}"), "2\r\nab\r\n0\r\n\r\n"), 400);
    }
}

// 11
#[test]
fn a_coding_beneath_the_chunks_is_not_implemented() {
    let service = service();
    for codings in ["gzip, chunked", "chunked, chunked", "gzip\r\ntransfer-encoding: chunked", "identity, chunked"] {
        ends_with(&service, post("/read", &format!("transfer-encoding: {codings}"), "2\r\nab\r\n0\r\n\r\n"), 501);
    }
}

// 12
#[test]
fn http_1_0_has_no_chunks() {
    let request = "POST /read HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
    ends_with(&service(), request, 400);
}

/// Bodies in chunks that break the rules of chunks.
const BROKEN: [(&str, &str); 9] = [
    ("the line of a size ends in a bare LF", "2\nab\r\n0\r\n\r\n"),
    ("an extension ends in a bare LF", "2;a=b\nab\r\n0\r\n\r\n"),
    ("data without its line end", "2\r\nabX\r\n0\r\n\r\n"),
    ("a hexadecimal prefix", "0x2\r\nab\r\n0\r\n\r\n"),
    ("a sign", "+2\r\nab\r\n0\r\n\r\n"),
    ("a space before the size", " 2\r\nab\r\n0\r\n\r\n"),
    ("an underscore", "2_\r\nab\r\n0\r\n\r\n"),
    ("seventeen digits", "10000000000000002\r\nab\r\n0\r\n\r\n"),
    ("no size", "\r\nab\r\n0\r\n\r\n"),
];

// 15, 16, 17, 18
#[test]
fn broken_chunks_are_a_bad_request_and_end_the_connection() {
    let service = service();
    for path in ["/read", "/careless"] {
        for (what, body) in BROKEN {
            println!("{path}: {what}");
            ends_with(&service, post(path, "transfer-encoding: chunked", body), 400);
        }
    }
}

// 19
#[test]
fn a_chunk_extension_without_measure_is_a_bad_request() {
    let body = format!("2;x={}\r\nab\r\n0\r\n\r\n", "y".repeat(20 * 1024));
    ends_with(&service(), post("/read", "transfer-encoding: chunked", &body), 400);
}

#[test]
fn a_body_that_ends_early_is_a_bad_request() {
    let service = service();
    for path in ["/read", "/careless"] {
        let mut connection = sent(&service, format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nab"));
        connection.end_sending();
        connection.reply().is(400);
        assert!(connection.is_closed());
    }
}

// 20
#[test]
fn a_trailer_never_reaches_the_head() {
    let body = "2\r\nab\r\n0\r\ncookie: planted=1\r\nauthorization: planted\r\nhost: y\r\n\r\n";
    let service = service();
    let mut connection = sent(&service, post("/cookies", "cookie: a=1\r\ntransfer-encoding: chunked", body));
    connection.reply().says("2 bytes, cookies: a=1");
    connection.reply().says("here");
}

#[test]
fn chunks_with_extensions_and_in_any_case_are_read() {
    let body = "1;a=b;c=\"d\"\r\na\r\n00002 \r\nbc\r\n0\r\n\r\n";
    raw(&service(), post("/read", "transfer-encoding: Chunked", body)).says("abc");
}
