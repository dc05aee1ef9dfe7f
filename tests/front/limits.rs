//! How much a head may hold.

use crate::{ends_with, program, raw, service};

// 24
#[test]
fn more_fields_than_a_request_needs_are_refused() {
    let service = service();
    let with = |count: usize| format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-y: z\r\n".repeat(count));
    ends_with(&service, with(128), 431);
    raw(&service, with(99)).says("here");
}

// 24
#[test]
fn a_head_of_40_kib_is_refused() {
    ends_with(&service(), format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(40 * 1024)), 431);
}

// 24
#[test]
fn a_target_of_9_kib_is_refused() {
    let service = service();
    let long = "y".repeat(9 * 1024);
    ends_with(&service, format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n"), 414);
    ends_with(&service, format!("GET /?{long} HTTP/1.1\r\nhost: x\r\n\r\n"), 414);
    ends_with(&service, format!("GET http://x/?{long} HTTP/1.1\r\nhost: x\r\n\r\n"), 414);
    raw(&service, format!("GET /?{} HTTP/1.1\r\nhost: x\r\n\r\n", "y".repeat(8000))).says("here");
}

#[test]
fn the_limits_are_the_configuration_s() {
    let service = program().toml("[server]\nmax_target_bytes = \"16B\"\n").start();
    ends_with(&service, "GET /?0123456789abcdef HTTP/1.1\r\nhost: x\r\n\r\n", 414);
    raw(&service, "GET /?0123456789 HTTP/1.1\r\nhost: x\r\n\r\n").says("here");
}
