//! Gateways with code around them, `forward_to`, and clients: forms 3, 4 and 5.

use crate::seen::Seen;
use crate::{leading_to, origin, pair};

#[test]
fn a_function_changes_what_is_sent() {
    let gateway = pair();
    let fields = [("cookie", "secret=1"), ("x-tag", "one")];
    let seen = Seen::of(gateway.get_with("/ledger/a%2Fb/c?version=7", &fields));
    assert_eq!(seen.target(), "/internal/a%2Fb/c?version=7&by=code");
    assert_eq!(seen.headers("x-version"), ["7"]);
    assert_eq!(seen.headers("x-tag"), ["one", "two"]);
    assert!(seen.headers("cookie").is_empty());
}

#[test]
fn a_template_takes_what_it_describes_and_no_more() {
    let gateway = pair();
    gateway.get("/ledger").is_problem(404);
    gateway.get("/fallback/a/b").is_problem(404);
}

#[test]
fn an_argument_that_does_not_fit_is_told_before_anything_is_sent() {
    let gateway = pair();
    gateway.get("/ledger/x?version=many").is_problem(400);
}

#[test]
fn a_body_that_was_read_is_sent_all_the_same() {
    let gateway = pair();
    let seen = Seen::of(gateway.request("POST", "/measured", &[], "twelve bytes"));
    assert_eq!((seen.body(), seen.headers("x-length")), ("twelve bytes", vec!["12"]));
    gateway.request("POST", "/measured", &[], "x".repeat(2000)).is_problem(413);
}

#[test]
fn a_value_that_is_no_header_is_told_and_never_sent() {
    let gateway = pair();
    assert_eq!(gateway.get("/broken").is_problem(400)["reason"], "client");
}

#[test]
fn an_open_breaker_lets_the_function_answer_by_itself() {
    let origin = origin("first");
    let gateway = leading_to(&origin).env("VELITHON_UPSTREAM__GONE__TARGETS", "[\"http://127.0.0.1:9\"]").start();
    for _ in 0..5 {
        assert_eq!(gateway.get("/fallback/ledger").is_problem(502)["reason"], "connect");
    }
    gateway.get("/fallback/ledger").says("ledger as of yesterday");
}

// Defect D1 of the original, whose documented `await forward_to(url, request)` failed.
#[test]
fn forward_to_sends_a_request_on_in_any_handler() {
    let origin = origin("first");
    let url = format!("http://{}/base", origin.address());
    let gateway = leading_to(&origin).env("VELITHON_RAW__URL", &url).start();
    let seen = Seen::of(gateway.get_with("/raw/x?a=1&a=2", &[("authorization", "Bearer t")]));
    assert_eq!(seen.target(), "/base/raw/x?a=1&a=2");
    assert_eq!(seen.headers("authorization"), ["Bearer t"]);
    assert_eq!(gateway.get("/guarded/x").is_problem(502)["reason"], "ssrf_blocked");
}

#[test]
fn a_handler_gathers_from_several_calls() {
    let gateway = pair();
    let both = gateway.get("/both").is(200).json();
    assert_eq!((&both["first"]["method"], &both["first"]["target"]), (&"GET".into(), &"/a?x=1".into()));
    assert_eq!((&both["second"]["method"], &both["second"]["target"]), (&"POST".into(), &"/b".into()));
}

#[test]
fn a_client_can_be_injected() {
    let gateway = pair();
    assert_eq!(gateway.get("/books").is(200).json()["target"], "/books");
}

#[test]
fn a_client_that_fails_is_a_problem_that_says_nothing_about_the_upstream() {
    let gone = origin("gone");
    let address = gone.address().to_owned();
    let gateway = leading_to(&gone).start();
    drop(gone);
    let reply = gateway.get("/both");
    assert!(!reply.text().contains(&address), "{reply}");
    reply.is_problem(502);
}
