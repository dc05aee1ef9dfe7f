//! Which host a request is for.

use crate::{ends_with, raw, service};

/// A request that somebody smuggles behind another.
const BEHIND: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

// 1
#[test]
fn two_hosts_are_refused_and_nothing_behind_them_is_read() {
    let service = service();
    for second in ["host: x", "Host: y", "HOST:"] {
        ends_with(&service, format!("GET / HTTP/1.1\r\nhost: x\r\n{second}\r\n\r\n{BEHIND}"), 400);
    }
}

// 2
#[test]
fn http_1_1_needs_a_host_and_http_1_0_does_not() {
    let service = service();
    ends_with(&service, format!("GET / HTTP/1.1\r\n\r\n{BEHIND}"), 400);
    ends_with(&service, "GET http://x/ HTTP/1.1\r\n\r\n", 400);
    raw(&service, "GET / HTTP/1.0\r\n\r\n").says("here");
}

// 3
#[test]
fn what_is_no_host_is_refused() {
    let service = service();
    for host in ["a b", "a/b", "u@h", "a,b", "[::1", "::1", "x:y", "x:65536", "a\\b", "a?b", "a#b", "x%zz"] {
        ends_with(&service, format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n{BEHIND}"), 400);
    }
    for host in ["x", "shop.example:8000", "127.0.0.1", "[::1]:80", "a_b", "x:", ""] {
        raw(&service, format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n")).says("here");
    }
}

// 4
#[test]
fn the_host_of_the_target_wins_over_the_field() {
    let service = service();
    raw(&service, "GET http://shop.example:81/host HTTP/1.1\r\nhost: evil.example\r\n\r\n").says("shop.example:81");
    ends_with(&service, "GET http://u:p@shop.example/host HTTP/1.1\r\nhost: shop.example\r\n\r\n", 400);
}

#[test]
fn a_refusal_is_a_problem_document() {
    let problem = raw(&service(), "GET / HTTP/1.1\r\n\r\n").has("connection", "close").is_problem(400);
    assert_eq!(problem["detail"], "the request must name one host that is valid");
}
