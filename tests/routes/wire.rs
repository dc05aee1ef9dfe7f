//! Requests that are legal and unusual, or neither, as bytes.

use velithon_tests::{Reply, Service};

use crate::service;

#[track_caller]
fn raw(service: &Service, request: impl AsRef<[u8]>) -> Reply {
    let mut connection = service.connect();
    connection.send(request);
    connection.reply()
}

#[test]
fn targets_of_every_form_are_answered() {
    let service = service();
    raw(&service, "GET http://elsewhere/both?x=1 HTTP/1.1\r\nhost: x\r\n\r\n").says("got");
    raw(&service, "OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n").is(204);
    raw(&service, "CONNECT elsewhere:80 HTTP/1.1\r\nhost: x\r\n\r\n").is_problem(405);
    // The rest of what a path may look like is in tests/front/path.rs.
    raw(&service, "GET //both HTTP/1.1\r\nhost: x\r\n\r\n").says("got");
    raw(&service, "GET /both? HTTP/1.1\r\nhost: x\r\n\r\n").says("got");
    // Read as the name of a host, which has no path.
    raw(&service, "GET both HTTP/1.1\r\nhost: x\r\n\r\n").is_problem(400);
}

#[test]
fn static_text_is_compared_as_it_was_sent() {
    let service = service();
    service.get("/bo%74h").is_problem(404);
    service.get("/captures/text/...").says("...");
    service.get("/captures/text/%2e%2e%2e").says("...");
}

#[test]
fn bytes_beyond_ascii_in_a_path_do_no_harm() {
    let service = service();
    raw(&service, b"GET /captures/text/\xc3\xa9 HTTP/1.1\r\nhost: x\r\n\r\n").says("é");
    let status = raw(&service, b"GET /captures/text/\xff HTTP/1.1\r\nhost: x\r\n\r\n").status;
    assert_eq!(status, 400);
    service.get("/both").says("got");
}

#[test]
fn a_long_path_is_answered() {
    let long = "x".repeat(8_000);
    service().get(&format!("/captures/text/{long}")).says(&long);
}

#[test]
fn http_1_0_is_answered_and_let_go() {
    let service = service();
    let mut connection = service.connect();
    connection.send("GET /both HTTP/1.0\r\n\r\n");
    connection.reply().says("got");
    assert!(connection.is_closed());
}

#[test]
fn lengths_that_contradict_each_other_are_refused() {
    let service = service();
    let head = "POST /body/text HTTP/1.1\r\nhost: x\r\n";
    raw(&service, format!("{head}content-length: 1\r\ncontent-length: 2\r\n\r\nab")).is(400);
    raw(&service, format!("{head}content-length: -1\r\n\r\n")).is(400);
    raw(&service, format!("{head}transfer-encoding: chunked\r\n\r\nxyz\r\n")).is(400);
}

#[test]
fn a_chunked_body_arrives_whole() {
    let request = "POST /body/text HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    raw(&service(), format!("{request}3\r\none\r\n4;x=y\r\n two\r\n0\r\ntrailer: t\r\n\r\n")).says("one two");
}

#[test]
fn a_reply_reaches_a_client_that_sends_more_than_is_read() {
    let service = service();
    // Neither the limit nor a handler that ignores the body may reset the connection before the reply is through.
    let body = vec![b'1'; 8 * 1024 * 1024];
    service.request("POST", "/body/bytes", &[], &body).is_problem(413);
    service.request("POST", "/reply/created", &[], &body).is(201);
    service.request("POST", "/nowhere", &[], &body).is_problem(404);
}
