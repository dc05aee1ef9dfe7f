//! Heads that are none.

use crate::{ends_with, raw, service};

const BEHIND: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

// 13, 14, 21, 22
#[test]
fn a_field_that_breaks_the_grammar_is_refused() {
    let service = service();
    for field in [
        "transfer-encoding : chunked",
        "x: a\r\n b",
        " transfer-encoding: chunked",
        "x: a\0b",
        "x: a\rb",
        "x: a\u{1}b",
        "x: a\u{7f}b",
        "x\ry: z",
        "no colon",
        ": no name",
        "x y: z",
    ] {
        ends_with(&service, format!("GET / HTTP/1.1\r\nhost: x\r\n{field}\r\n\r\n{BEHIND}"), 400);
    }
}

// 23
#[test]
fn a_version_that_is_not_spoken_here_is_refused() {
    let service = service();
    for line in ["GET / HTTP/1.2", "GET / HTTP/2.0", "GET / HTTP/3", "GET / http/1.1", "GET / HTTP/1.1 x", "GET /"] {
        ends_with(&service, format!("{line}\r\nhost: x\r\n\r\n"), 400);
    }
}

// A bare LF ends a line for everybody in the chain alike, since nothing is sent on as it came (RFC 9112, section 2.2).
#[test]
fn a_bare_line_feed_in_a_head_is_taken() {
    raw(&service(), "GET / HTTP/1.1\nhost: x\n\n").says("here");
}
