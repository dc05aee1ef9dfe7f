//! Methods that are about the connection and not about a resource.

use crate::{raw, service};

// 27
#[test]
fn trace_is_not_allowed_and_has_no_content() {
    let service = service();
    raw(&service, "TRACE / HTTP/1.1\r\nhost: x\r\n\r\n").has("allow", "GET, HEAD, OPTIONS").is_problem(405);
    raw(&service, "TRACE / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nab").is_problem(400);
}

// 28
#[test]
fn nothing_is_tunnelled() {
    let service = service();
    raw(&service, "CONNECT elsewhere:80 HTTP/1.1\r\nhost: elsewhere:80\r\n\r\n").has("allow", "").is_problem(405);
    raw(&service, "CONNECT / HTTP/1.1\r\nhost: x\r\n\r\n").is_problem(405);
}

// 28
#[test]
fn options_about_the_whole_service_are_answered() {
    let reply = raw(&service(), "OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n").is(204);
    assert_eq!(reply.header("allow"), Some("GET, HEAD, OPTIONS, POST"));
}

#[test]
fn only_options_may_ask_about_the_whole_service() {
    raw(&service(), "GET * HTTP/1.1\r\nhost: x\r\n\r\n").is_problem(400);
    raw(&service(), "GET elsewhere:80 HTTP/1.1\r\nhost: x\r\n\r\n").is_problem(400);
}
