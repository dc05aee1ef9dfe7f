//! A prefix that leads elsewhere, without a line of code.

use std::io::{Read, Write};
use std::net::TcpStream;

use velithon_tests::PATIENCE;

use crate::pair;
use crate::seen::Seen;

// Defect D10 of the original, whose proxy middleware failed on every request.
#[test]
fn a_plain_request_reaches_the_upstream_and_its_reply_comes_back() {
    let gateway = pair();
    let reply = gateway.request("POST", "/plain/orders?a=1", &[("content-type", "text/plain")], "two");
    assert_eq!(reply.header("x-origin"), Some("first"));
    let seen = Seen::of(reply);
    assert_eq!((seen.method(), seen.target(), seen.body()), ("POST", "/plain/orders?a=1", "two"));
    assert_eq!(seen.headers("content-type"), ["text/plain"]);
}

#[test]
fn every_method_is_forwarded_unless_some_are_listed() {
    let gateway = pair();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        assert_eq!(Seen::of(gateway.request(method, "/plain/x", &[], "")).method(), method);
    }
    gateway.get("/read/x").is(200);
    gateway.request("HEAD", "/read/x", &[], "").is(200);
    let refused = gateway.request("POST", "/read/x", &[], "").is(405);
    assert_eq!(refused.header("allow"), Some("GET, HEAD, OPTIONS"));
}

// Regression 33: `/apix` went to the prefix `/api`, and its name was taken out of the middle of paths.
#[test]
fn a_prefix_ends_with_a_segment_and_is_removed_at_the_front_only() {
    let gateway = pair();
    for (asked, sent) in
        [("/api", "/"), ("/api/", "/"), ("/api/x", "/x"), ("/api?x=1", "/?x=1"), ("/api/x/api/y", "/x/api/y")]
    {
        assert_eq!(Seen::of(gateway.get(asked)).target(), sent, "{asked}");
    }
    gateway.get("/apix").is_problem(404);
    gateway.get("/API/x").is_problem(404);
    assert_eq!(Seen::of(gateway.get("/plain/api/x")).target(), "/plain/api/x");
}

#[test]
fn a_rewrite_puts_captures_and_the_rest_where_it_says() {
    let gateway = pair();
    assert_eq!(Seen::of(gateway.get("/acme/orders/7/lines?page=2")).target(), "/v2/acme/7/lines?page=2");
    assert_eq!(Seen::of(gateway.get("/a%20b/orders/c%2Bd")).target(), "/v2/a%20b/c%2Bd");
}

// Regression 34: fields and query went through a table of names, so that what came twice arrived once.
#[test]
fn what_comes_twice_arrives_twice_and_in_order() {
    let gateway = pair();
    let reply = gateway.get_with("/plain/x?a=1&a=2&b=%2B&c=+&d&=&%zz", &[("x-tag", "one"), ("x-tag", "two")]);
    let cookies: Vec<&str> =
        reply.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    let seen = Seen::of(reply);
    assert_eq!(seen.target(), "/plain/x?a=1&a=2&b=%2B&c=+&d&=&%zz");
    assert_eq!(seen.headers("x-tag"), ["one", "two"]);
}

#[test]
fn what_concerns_one_connection_stays_there() {
    let gateway = pair();
    let fields = [("connection", "close, x-secret"), ("x-secret", "1"), ("te", "gzip"), ("keep-alive", "timeout=5")];
    let seen = Seen::of(gateway.get_with("/plain/x", &fields));
    for name in ["connection", "x-secret", "te", "keep-alive"] {
        assert!(seen.headers(name).is_empty(), "{name}: {:?}", seen.headers(name));
    }
}

#[test]
fn a_body_streams_in_both_directions() {
    let gateway = pair();
    let mut stream = TcpStream::connect(gateway.address()).expect("the gateway listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    let head = "POST /api/echo HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("the head is taken");
    // The second part is sent only once the first one came back.
    for part in ["first", "second"] {
        write!(stream, "{:x}\r\n{part}\r\n", part.len()).expect("the part is taken");
        let mut seen = Vec::new();
        while !seen.windows(part.len()).any(|window| window == part.as_bytes()) {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("the part comes back");
            seen.extend(byte);
        }
    }
}

#[test]
fn edits_change_what_the_upstream_and_the_client_see() {
    let gateway = pair();
    let reply = gateway.get_with("/api/x?debug=1&a=1", &[("x-internal", "1"), ("x-tenant", "forged")]);
    assert_eq!((reply.header("server"), reply.header("x-by")), (None, Some("gateway")));
    let seen = Seen::of(reply);
    assert_eq!(seen.target(), "/x?a=1");
    assert_eq!(seen.headers("x-tenant"), ["localhost"]);
    assert!(seen.headers("x-internal").is_empty());
}

#[test]
fn a_handler_below_a_prefix_owns_its_method_and_leaves_the_others() {
    let gateway = pair();
    gateway.get("/api/own").says("own");
    assert_eq!(Seen::of(gateway.request("DELETE", "/api/own", &[], "")).target(), "/own");
}

#[test]
fn middleware_runs_around_a_gateway_as_around_a_handler() {
    let gateway = pair();
    assert_eq!(gateway.get("/plain/x").header("x-marked"), Some("yes"));
    assert_eq!(gateway.get("/api/x").header("x-marked"), None);
}

#[test]
fn an_upstream_that_is_not_there_is_a_502_that_says_nothing_about_it() {
    let gone = crate::origin("gone");
    let address = gone.address().to_owned();
    let gateway = crate::program().env("VELITHON_UPSTREAM__ORIGIN__TARGETS", crate::target(&gone)).start();
    drop(gone);
    let reply = gateway.get("/plain/x");
    assert!(!reply.text().contains(&address), "{reply}");
    assert_eq!(reply.is_problem(502)["reason"], "connect");
}
