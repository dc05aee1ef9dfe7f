//! Which target a request goes to, and what a service replaces by its own.

use velithon_tests::Service;

use crate::seen::Seen;
use crate::{leading_to, origin};

/// The targets of these, as a variable of the environment says them.
fn targets(origins: &[&Service]) -> String {
    let quoted: Vec<String> = origins.iter().map(|origin| format!("\"http://{}\"", origin.address())).collect();
    format!("[{}]", quoted.join(", "))
}

/// Who answered so many requests, in order.
fn answers(gateway: &Service, path: &str, requests: usize, fields: &[(&str, &str)]) -> Vec<String> {
    let name = |_| gateway.get_with(path, fields).is(200).header("x-origin").unwrap_or_default().to_owned();
    (0..requests).map(name).collect()
}

// Defect D2 of the original, whose documentation named balances that did not exist.
#[test]
fn every_documented_balance_serves() {
    let [first, second] = [origin("first"), origin("second")];
    let balances = [
        "p2c",
        "round_robin",
        "weighted",
        "least",
        "ewma",
        "random",
        "hash(header x-tenant)",
        "hash(cookie id)",
        "hash(query id)",
        "hash(ip)",
        "hash(path)",
        "sticky(cookie)",
        "sticky(cookie route)",
    ];
    for balance in balances {
        let program = leading_to(&first).env("VELITHON_UPSTREAM__ORIGIN__TARGETS", targets(&[&first, &second]));
        let gateway = program.env("VELITHON_UPSTREAM__ORIGIN__BALANCE", balance).start();
        for answer in answers(&gateway, "/plain/x", 3, &[("x-tenant", "acme")]) {
            assert!(["first", "second"].contains(&answer.as_str()), "{balance}: {answer}");
        }
    }
}

// Defect D8 of the original, which took targets in the order of a hash set and weights in bursts.
#[test]
fn targets_are_taken_in_turn_as_written_and_weights_are_smooth() {
    let [a, b, c] = ["a", "b", "c"].map(origin);
    let all = targets(&[&a, &b, &c]);
    let program = leading_to(&a).env("VELITHON_UPSTREAM__ORIGIN__TARGETS", &all).env("VELITHON_SERVER__THREADS", "1");
    let gateway = program.env("VELITHON_UPSTREAM__ORIGIN__BALANCE", "round_robin").start();
    assert_eq!(answers(&gateway, "/plain/x", 6, &[]), ["a", "b", "c", "a", "b", "c"]);

    let weighted = all.replacen("\",", "; weight=5\",", 1);
    let program = leading_to(&a).env("VELITHON_UPSTREAM__ORIGIN__TARGETS", weighted);
    let gateway = program.env("VELITHON_UPSTREAM__ORIGIN__BALANCE", "weighted").start();
    assert_eq!(answers(&gateway, "/plain/x", 7, &[]), ["a", "a", "b", "a", "c", "a", "a"]);
}

#[test]
fn one_key_leads_to_one_target() {
    let [first, second] = [origin("first"), origin("second")];
    let program = leading_to(&first).env("VELITHON_UPSTREAM__ORIGIN__TARGETS", targets(&[&first, &second]));
    let gateway = program.env("VELITHON_UPSTREAM__ORIGIN__BALANCE", "hash(header x-tenant)").start();
    for tenant in ["acme", "umbrella", "initech"] {
        let mut answers = answers(&gateway, "/plain/x", 5, &[("x-tenant", tenant)]);
        answers.dedup();
        assert_eq!(answers.len(), 1, "{tenant}: {answers:?}");
    }
}

#[test]
fn a_balance_of_ones_own_picks_the_target() {
    let [first, second] = [origin("first"), origin("second")];
    let gateway = leading_to(&first).env("VELITHON_UPSTREAM__CHOSEN__TARGETS", targets(&[&first, &second])).start();
    for (number, name) in [("0", "first"), ("1", "second"), ("0", "first")] {
        assert_eq!(answers(&gateway, "/chosen/x", 1, &[("x-number", number)]), [name]);
    }
    assert_eq!(gateway.get("/chosen/x").is_problem(503)["reason"], "no_target");
}

#[test]
fn a_transform_sees_requests_and_replies_and_a_function_edits_the_body() {
    let first = origin("first");
    let gateway = leading_to(&first).start();
    let reply = gateway.post_json("/stamped/x", "{\"card\": \"4111\", \"sum\": 3}");
    assert_eq!(reply.header("x-stamp"), Some("out"));
    let seen = Seen::of(reply);
    assert_eq!((seen.headers("x-stamp"), seen.body()), (vec!["in"], "{\"sum\":3}"));
    let long = format!("{{\"sum\": \"{}\"}}", "3".repeat(2000));
    gateway.post_json("/stamped/x", &long).is_problem(413);
}

#[test]
fn a_share_and_a_mark_send_requests_elsewhere() {
    let [first, second] = [origin("first"), origin("second")];
    let gateway = leading_to(&first).env("VELITHON_UPSTREAM__SECOND__TARGETS", targets(&[&second])).start();
    assert_eq!(answers(&gateway, "/split/x", 3, &[]), ["first"; 3]);
    assert_eq!(answers(&gateway, "/split/x", 3, &[("x-beta", "1")]), ["second"; 3]);
    assert_eq!(answers(&gateway, "/all/x", 3, &[]), ["second"; 3]);
}

#[test]
fn a_mirror_that_is_down_changes_nothing_for_the_client() {
    let first = origin("first");
    let gateway = leading_to(&first).env("VELITHON_UPSTREAM__SECOND__TARGETS", "[\"http://127.0.0.1:9\"]").start();
    assert_eq!(answers(&gateway, "/mirror/x", 3, &[]), ["first"; 3]);
}

// Regression 28 and defect D3 of the original: a breaker that was forgotten with every request.
#[test]
fn a_breaker_is_shared_by_all_requests_of_an_upstream() {
    let first = origin("first");
    let program = leading_to(&first).env("VELITHON_UPSTREAM__ORIGIN__BREAKER", "classic");
    let gateway = program.env("VELITHON_UPSTREAM__ORIGIN__RETRIES", "0").start();
    for _ in 0..5 {
        gateway.get("/api/down").is(503);
    }
    let refused = gateway.get("/plain/x").is(503);
    assert!(refused.header("retry-after").is_some(), "{refused}");
    assert_eq!(refused.is_problem(503)["reason"], "circuit_open");
}
